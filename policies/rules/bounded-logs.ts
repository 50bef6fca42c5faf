import { docker } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** Docker only: on Kubernetes the kubelet rotates logs, and a pod has no say in it. */
export const boundedLogs: Rule = {
  name: "bounded-logs",
  description: "Logs kept by the engine are rotated and cannot fill the disk.",
  level: "mandatory",
  remedy: { docker: "set max-size and max-file in logOpts" },
  checks: { process: [{ finds: ({ logsBounded }) => (logsBounded ? undefined : "keeps logs without bound") }] },
  examples: {
    compliant: [docker(), docker({ logDriver: "journald", logOpts: {} })],
    offending: [
      docker({ logOpts: {} }),
      docker({ logOpts: { "max-file": "3" } }),
      docker({ logOpts: { "max-size": "10m" } }),
    ],
  },
};
