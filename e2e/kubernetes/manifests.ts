/** The objects of a stack in every shape that its configuration can give it, and those of the platform's fixtures. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { deriveLab } from "../../cli/stack/lab.ts";
import { checkWorkload } from "../../infra/check.ts";
import { parseConfig, sections } from "../../infra/config.ts";
import { withSecrets } from "../../infra/config-read.ts";
import { anyWorkload } from "../../infra/fixtures/any-workload.ts";
import { readLock } from "../../infra/images.ts";
import { checkKubernetes } from "../../infra/kubernetes/check.ts";
import { context } from "../../infra/kubernetes/fixture.ts";
import { toNamespace } from "../../infra/kubernetes/namespace.ts";
import { toDefaultDeny } from "../../infra/kubernetes/network-policy.ts";
import { manifests, toObjects } from "../../infra/kubernetes/objects.ts";
import { toPriorityClasses } from "../../infra/kubernetes/priority-class.ts";
import { toYaml } from "../../infra/kubernetes/yaml.ts";
import type { SiteKind } from "../../infra/site.ts";
import { thirdParty } from "../../infra/supply.ts";
import { resolved } from "../../infra/testing.ts";
import { REGISTRY } from "../../lab/lab.ts";
import { render } from "../../stacks/render.ts";
import type { Fields } from "../../toolchain/kubernetes/plugin/values.ts";

type Values = Record<string, unknown>;

const root = join(import.meta.dirname, "..", "..");

const prodText = readFileSync(join(root, "Pulumi.prod.yaml"), "utf8");
const configured = (text: string): Values =>
  sections(
    Object.fromEntries(
      Object.entries((parse(text) as { config: Values }).config).map(([key, value]) => [key, JSON.stringify(value)]),
    ),
  );
const prod = configured(prodText);
const lab = configured(deriveLab("prod", prodText, { kubeconfig: "/dev/null", registry: REGISTRY }, ""));

const latency = { cpus: "2-3", hugePages: { "2Mi": "64Mi" }, lockMemory: false };
const fullLatency = { cpus: "2-3", numaNode: 0, hugePages: { "1Gi": "1Gi" }, lockMemory: true };
const exposed = {
  kind: "loadBalancer",
  host: "trading.example.com",
  ports: { gateway: 443, kafka: 9094 },
  annotations: { "service.example.com/internal": "true" },
  allowFrom: ["192.0.2.0/24", "2001:db8::/32"],
};

/** Ways in through what a cluster has: its Ingress controller, or a Gateway of its. */
const from = { namespace: "entrance", labels: { "app.kubernetes.io/name": "controller" } };
const [host, annotations] = [exposed.host, { "example.com/timeout": "30" }];
const ingress = { kind: "ingress", host, annotations, from, ingressClassName: "nginx", tlsSecretName: "trading-tls" };
const parentRefs = [{ name: "public", namespace: "entrance", sectionName: "tls" }];
const gateway = { kind: "gateway", host, annotations, from, parentRefs };

/** Data servers of others, in the cluster and outside of it. */
const managed = (urls: Record<string, string>, host: string, where: Values): Values =>
  Object.fromEntries(
    Object.entries(urls).map(([kind, url]) => [
      kind,
      { managed: { url: url.replace("HOST", `${kind}.${host}`), secretName: kind, ...where } },
    ]),
  );
const plain = { kafka: "kafka://admin@HOST:9092", postgres: "postgresql://HOST:5432", redis: "redis://HOST:6379" };
const tls = {
  kafka: "kafka+ssl://admin@HOST:9093",
  postgres: "postgresql://HOST:5432?sslmode=verify-full",
  redis: "rediss://HOST:6380",
};

/** Every setting that reaches an object, away from its default. A stack's name is its configuration's here. */
const everything: Values = {
  ...prod,
  kubernetes: {
    namespace: "trading-everything",
    registry: "registry.example.com:5000/trading/desk-1",
    storageClass: "fast.example.com",
    size: "production",
    nodePool: { label: "example.com/pool", value: "Latency_1" },
    replicas: { gateway: 20 },
    imagePullSecrets: ["registry", "mirror.example.com"],
    // Three brokers can't be reached from outside, so there is no port for them here.
    expose: { ...exposed, ports: { gateway: 443 } },
    outside: ["198.51.100.0/24", "2001:db8:1::/48"],
    dnsServers: ["169.254.20.10/32"],
  },
  kafka: { brokers: 3 },
  marketData: {
    source: "live",
    seed: 7,
    framesPerSecond: 1000,
    symbols: ["BTCUSDT", "ETHUSDT"],
    liveUrl: "wss://stream.example.com/ws",
  },
  engine: { maxNotional: 1, maxOpenOrders: 1, collarBps: 1, latency: fullLatency },
  risk: { maxOrderNotional: 1, maxPositionNotional: 1, maxOpenOrders: 1, collarBps: 1 },
  retention: { metrics: "90d", metricsSize: "20Gi", marketData: "7d", decisions: "48h" },
  alertmanager: { webhook: "https://alerts.example.com/hook" },
  logLevel: "debug",
};

export interface Shape {
  values: Values;
  site?: SiteKind;
}

/** By the name of the stack. */
export const shapes: Record<string, Shape> = {
  prod: { values: prod },
  "prod-lab": { values: lab, site: "packages" },
  brokers: {
    values: { platform: "kubernetes", kubernetes: { expose: { ports: { gateway: "off" } } }, kafka: { brokers: 3 } },
  },
  latency: { values: { ...prod, engine: { latency } } },
  exposed: { values: { ...prod, kubernetes: { expose: exposed } } },
  ingress: { values: { ...prod, kubernetes: { expose: ingress } } },
  "own-certificate": { values: { ...prod, kubernetes: { expose: { kind: "ingress", host, from } } } },
  gateway: { values: { ...prod, kubernetes: { expose: gateway } } },
  "managed-inside": {
    values: { ...prod, ...managed(plain, "databases", { pods: { "example.com/cluster": "main" } }) },
  },
  "managed-outside": {
    values: {
      ...prod,
      ...managed(tls, "example.com", { caSecretName: "authority", networks: ["192.0.2.0/24", "2001:db8::/32"] }),
    },
  },
  everything: { values: everything },
};

/** As `horizon render` writes them, in that order. */
export async function rendered(stack: string, { values, site = "internet" }: Shape): Promise<Fields[]> {
  const lock = readLock();
  const supply = {
    site: { base: { reference: "base", content: "base" }, secrets: {} },
    thirdParty: (name: string) => thirdParty(name, site, lock),
  };
  const written = await render(withSecrets(parseConfig(values)), stack, supply);
  return read(toYaml([...written.values()].flat()));
}

/** As kubectl reads it, with certificates where placeholders for some stand: a server looks into those. */
const read = (yaml: string): Fields[] =>
  [parseAllDocuments(yaml, { version: "1.1" })].flat().map((document) => certified(document.toJS() as Fields));

function certified(object: Fields): Fields {
  const { data: _, ...rest } = object;
  return object.type === "kubernetes.io/tls" ? { ...rest, stringData: { ...pair() } } : object;
}

let made: { "tls.crt": string; "tls.key": string } | undefined;

function pair() {
  if (made) return made;
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ask = ["req", "-x509", ...key, "-subj", `/CN=${host}`, "-keyout", "-", "-out", "-"];
  const pem = execFileSync("openssl", ask, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [privateKey = "", crt = ""] = pem.split(/(?=-----BEGIN CERT)/);
  made = { "tls.crt": crt, "tls.key": privateKey };
  return made;
}

/** What made-up workloads become, of those that the platform takes. */
export async function generated(seed: number, count: number): Promise<Fields[]> {
  const possible = anyWorkload.filter((w) => checkWorkload(w).length === 0 && checkKubernetes(w).length === 0);
  const sample = fc.sample(possible, { seed, numRuns: count });
  const all = await Promise.all(sample.map((w) => resolved(manifests(toObjects(w, context)) as never)));
  return read(toYaml(all.flat()));
}

/** The golden files of the platform, with what a stack has once: together they have every field of a workload. */
export function fixtures(): Fields[] {
  const { stack, namespace } = context;
  const golden = join(root, "infra", "kubernetes", "golden");
  const objects = readdirSync(golden).flatMap((file) => read(readFileSync(join(golden, file), "utf8")));
  return [toNamespace(stack, namespace), ...toPriorityClasses(stack), toDefaultDeny(context), ...objects] as Fields[];
}
