/** For tests: what the translators get beside a workload. */
import type { Context } from "./context.ts";

export const context: Context = {
  stack: "prod",
  namespace: "trading",
  size: "production",
  nodePool: { label: "cipherhorizon.io/pool", value: "latency" },
  exposing: { kind: "loadBalancer", annotations: {}, allowFrom: ["0.0.0.0/0"] },
  outside: [],
  dnsServers: [],
  hashKey: "key",
};
