import { container, initContainer, pod } from "../examples.ts";
import type { Rule } from "../rule.ts";

/** Kubernetes only: no scheduler places Docker containers. A limit isn't asked for, since a quota stalls what is latency-critical. */
export const cpuRequest: Rule = {
  name: "cpu-request",
  description: "Says how much processor time it needs, so that no node is filled beyond what it has.",
  level: "mandatory",
  remedy: { kubernetes: "set resources.requests.cpu or resources.limits.cpu" },
  checks: {
    process: [{ finds: ({ cpu }) => (cpu === undefined || cpu > 0 ? undefined : "asks for no processor time") }],
  },
  examples: {
    compliant: [pod(), container({ resources: { limits: { cpu: 2, memory: "128Mi" } } })],
    offending: [
      container({ resources: { limits: { memory: "128Mi" } } }),
      container({ resources: { requests: { cpu: "0" }, limits: { memory: "128Mi" } } }),
      initContainer({ resources: { limits: { memory: "128Mi" } } }),
    ],
  },
};
