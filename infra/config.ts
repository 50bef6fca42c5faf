/**
 * What a stack may configure. One strict schema is at once the types, the defaults, the checks and, through
 * config-schema.ts, what editors know of `Pulumi.<stack>.yaml`.
 */
// Only a type of the SDK: whoever just reads a configuration, as the tool does, needn't load it.
import type { Output } from "@pulumi/pulumi";
import { z } from "zod";
import { checkData } from "./config-data.ts";
import { count, cpu, field, hostPort, latency, networkName, pool, retention, size, subnet } from "./config-fields.ts";
import { kubernetes } from "./config-kubernetes.ts";
import { managed } from "./config-managed.ts";
import { problemsOf } from "./config-problems.ts";
import { refuse } from "./errors.ts";
import { checkNodePool } from "./kubernetes/node-profile/check.ts";
import { managedExamples } from "./managed.ts";
import { product } from "./names.ts";

/** Names are contract; they are listed so that a misspelt one is an error instead of an override of nothing. */
export const workloadNames = [
  ...["kafka", "redis", "postgres", "provisioner"],
  ...["market-data", "trading-signal", "risk-management", "engine", "gateway"],
  ...["prometheus", "alertmanager", "grafana", "redis-exporter", "postgres-exporter", "nginx-exporter"],
] as const;

const docker = z.strictObject({
  subnetPool: pool("Where networks get their subnets from").default("10.213.0.0/16"),
  subnets: z
    .record(networkName, subnet("The subnet of this network, instead of the one its name gives"))
    .default({})
    .describe("Subnets pinned by network: a workload's name, or its name with `.outside`"),
  bindAddress: field(
    z.ipv4(),
    "The host's address on which ports are published",
    "an IPv4 address of the host",
  ).default("127.0.0.1"),
  hostPorts: z
    .strictObject({
      gateway: hostPort("The one entrance: API, dashboards, metrics").default(8443),
      kafka: hostPort("Kafka for clients on the host").default(19092),
    })
    .prefault({}),
});

const marketData = z.strictObject({
  source: field(z.enum(["generate", "live"]), "Made up from a seed, or the exchange's", "generate or live").default(
    "generate",
  ),
  seed: count("Of the generated feed: the same seed gives the same frames", 0, 2 ** 32 - 1).default(1),
  framesPerSecond: count("How fast frames are generated", 1, 100_000).default(20),
  symbols: z
    .array(
      field(
        z.string().regex(/^[A-Z0-9]{2,20}$/),
        "An instrument",
        "2 to 20 capital letters and digits, such as BTCUSDT",
      ),
    )
    .min(1)
    .max(50)
    .refine((symbols) => new Set(symbols).size === symbols.length, "each symbol once")
    .default(["SIMUSDT"])
    .describe("Instruments, as the exchange calls them"),
  liveUrl: field(z.url({ protocol: /^wss?$/ }), "The exchange's WebSocket", "a ws:// or wss:// URL").default(
    "wss://fstream.binance.com",
  ),
});

const engine = z.strictObject({
  maxNotional: count("Largest order, in whole units of the quote currency", 1, 90_000_000_000).default(1_000_000),
  maxOpenOrders: count("Open orders that an account may have", 1, 1_000_000).default(200),
  collarBps: count("How far from the market an order's price may be, in basis points", 1, 10_000).default(500),
  latency: latency("Exclusive cores and memory; absent where the engine shares the host").optional(),
});

const risk = z.strictObject({
  maxOrderNotional: count(
    "Largest order of an account, in whole units of the quote currency",
    1,
    90_000_000_000,
  ).default(100_000),
  maxPositionNotional: count(
    "Largest position of an account, in whole units of the quote currency",
    1,
    90_000_000_000,
  ).default(1_000_000),
  maxOpenOrders: count("Open orders that an account may have", 1, 1_000_000).default(100),
  collarBps: count("How far from the market a price may be, in basis points", 1, 10_000).default(200),
});

const override = z.strictObject({
  cpu: cpu("Ceiling of processor time").optional(),
  memory: size("Ceiling of memory; there is no swap").optional(),
});

export const schema = z.strictObject({
  platform: field(z.enum(["docker", "kubernetes"]), "What runs the workloads", "docker or kubernetes").default(
    "docker",
  ),
  docker: docker.prefault({}).describe("How the stack sits on a Docker host"),
  kubernetes: kubernetes.prefault({}).describe("How the stack sits in a Kubernetes cluster"),
  kafka: z
    .strictObject({
      brokers: field(
        z.union([z.literal(1), z.literal(3)]),
        "One, or three of which one may be lost; a stack that has data keeps its number",
        "1 or 3",
      ).default(1),
      managed: managed(managedExamples.kafka).optional(),
    })
    .prefault({}),
  postgres: z.strictObject({ managed: managed(managedExamples.postgres).optional() }).prefault({}),
  redis: z.strictObject({ managed: managed(managedExamples.redis).optional() }).prefault({}),
  marketData: marketData.prefault({}).describe("Where prices come from"),
  engine: engine.prefault({}).describe("The matching engine's limits"),
  risk: risk.prefault({}).describe("Limits before an order reaches the engine"),
  resources: z
    .strictObject(Object.fromEntries(workloadNames.map((name) => [name, override.optional()])) as Overrides)
    .prefault({})
    .describe("Changes to what a workload may use"),
  retention: z
    .strictObject({
      metrics: retention("How long metrics are kept").default("7d"),
      metricsSize: size("How much disk metrics may take").default("1Gi"),
      marketData: retention("How long market data stays in Kafka; orders and fills stay for ever").default("24h"),
      decisions: retention("How long risk management keeps a decision whose orders are final; at most 100000h").default(
        "7d",
      ),
    })
    .prefault({}),
  alertmanager: z
    .strictObject({
      webhook: field(
        z.url({ protocol: /^https?$/ }),
        "Where alerts are sent",
        "an http:// or https:// URL",
        "secret",
      ).optional(),
    })
    .prefault({}),
  protect: field(z.boolean(), "Volumes with data can't be deleted and outlive the stack", "true or false").default(
    false,
  ),
  logLevel: field(
    z.enum(["debug", "info", "warn", "error"]),
    "What services log",
    "debug, info, warn or error",
  ).default("info"),
});

type Overrides = Record<(typeof workloadNames)[number], z.ZodOptional<typeof override>>;
export type PlainConfig = z.output<typeof schema>;

/** The configuration of a stack, every default filled in. */
export interface Config extends Omit<PlainConfig, "alertmanager"> {
  alertmanager: { webhook?: Output<string> };
}

/** Parses values by section, as they stand in the file; throws one UserError with everything that is wrong. */
export function parseConfig(values: Record<string, unknown>): PlainConfig {
  const result = schema.safeParse(values, { reportInput: true });
  if (result.success) {
    refuse([...checkData(result.data), ...(result.data.platform === "kubernetes" ? checkNodePool(result.data) : [])]);
    return result.data;
  }
  refuse(problemsOf(result.error.issues, schema, values));
  throw result.error;
}

/** Pulumi hands values over as text: scalars as they are, the rest as JSON. */
export function sections(all: Record<string, string>): Record<string, unknown> {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${product}:`));
  return Object.fromEntries(own.map(([key, text]) => [key.slice(product.length + 1), parsed(text)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
