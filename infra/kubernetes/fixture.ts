/** For tests: what the translators get beside a workload. */
import type { Context } from "./context.ts";

export const context: Context = {
  stack: "prod",
  namespace: "trading",
  size: "production",
  nodePool: { label: "cipherhorizon.io/pool", value: "latency" },
  exposing: {
    kind: "loadBalancer",
    host: "trading.example.com",
    annotations: {},
    allowFrom: ["203.0.113.0/24"],
    parentRefs: [],
  },
  pullSecrets: [],
  outside: [],
  dnsServers: [],
  hashKey: "key",
};
