/** engine: matches orders. Pure. */
import type { Image, LatencyProfile, Workload } from "../../infra/workload.ts";
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
      // Spinning only pays on a core that nobody else needs.
      SPIN: args.latency ? "on" : "off",
    },
    secrets: { ...access.secrets, [certificate]: args.certificate.certificate, [key]: args.certificate.key },
    ...(args.latency && { latency: args.latency }),
    metrics: { ...common.metrics, interval: "1s" },
  };
}
