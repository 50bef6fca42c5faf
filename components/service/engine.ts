/** engine: matches orders. Pure. */
import { type Problem, refuse } from "../../infra/errors.ts";
import { cpuList } from "../../infra/latency.ts";
import { bytes, mebibytes } from "../../infra/units.ts";
import type { Image, LatencyProfile, Size, Workload } from "../../infra/workload.ts";
import { secretPath } from "../access.ts";
import type { ServerCertificate } from "../certificates/certificates.ts";
import { type KafkaConnection, kafkaAccess } from "../kafka/kafka.ts";
import { apiPort, contract, type ServiceSize } from "./contract.ts";

export const wssPort = 8443;

export interface EngineWorkload extends ServiceSize {
  kafka: KafkaConnection;
  certificate: ServerCertificate;
  limits: { maxNotional: number; maxOpenOrders: number; collarBps: number };
  latency?: LatencyProfile | undefined;
  logLevel: string;
}

export function engineWorkload(image: Image, args: EngineWorkload): Workload {
  const access = kafkaAccess(args.kafka);
  const common = contract("engine", image, args);
  const [certificate, key] = [secretPath("engine.crt"), secretPath("engine.key")];
  return {
    ...common,
    ...access,
    ports: { ...common.ports, api: apiPort, wss: wssPort },
    env: {
      ...access.env,
      LOG_LEVEL: args.logLevel,
      MAX_NOTIONAL: String(args.limits.maxNotional),
      MAX_OPEN_ORDERS: String(args.limits.maxOpenOrders),
      COLLAR_BPS: String(args.limits.collarBps),
      TLS_CERT_FILE: certificate,
      TLS_KEY_FILE: key,
      ...toSettings(args.latency),
    },
    secrets: { ...access.secrets, [certificate]: args.certificate.certificate, [key]: args.certificate.key },
    ...(args.latency && { latency: args.latency }),
    metrics: { ...common.metrics, interval: "1s" },
  };
}

/** What the engine itself must do of its profile; the platform does the rest. */
function toSettings(latency: LatencyProfile | undefined): Record<string, string> {
  const { cpus = "", hugePages = {}, lockMemory = false } = latency ?? {};
  const [pages, ...others] = Object.entries(hugePages) as [Size, Size][];
  refuse(others.length > 0 ? [severalSizes(hugePages)] : []);
  return {
    // It only pays on a core that nobody else needs, and the engine's other threads need one too.
    SPIN: (cpuList(cpus)?.length ?? 0) > 1 ? "on" : "off",
    ...(pages && {
      HUGE_PAGES: String(bytes(pages[1]) / bytes(pages[0])),
      HUGE_PAGE_MIB: String(mebibytes(pages[0])),
    }),
    ...(lockMemory && { LOCK_MEMORY: "on" }),
  };
}

const severalSizes = (hugePages: NonNullable<LatencyProfile["hugePages"]>): Problem => ({
  where: "cipherhorizon:engine.latency.hugePages",
  what: "the engine takes huge pages of one size",
  given: Object.keys(hugePages).join(", "),
  allowed: "2Mi or 1Gi",
  remedy: "leave one of them out",
});
