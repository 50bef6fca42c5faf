import { container, docker, initContainer, pod } from "../examples.ts";
import { hardenedContainer } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

export const memoryLimit: Rule = {
  name: "memory-limit",
  description: "Memory is limited, and on Docker swap adds nothing to it.",
  level: "mandatory",
  remedy: {
    docker: "set memory and memorySwap to the same number of MiB",
    kubernetes: "set resources.limits.memory",
  },
  checks: {
    process: [
      {
        finds: ({ memory }) => {
          if (memory === undefined) return undefined;
          if (memory.limit <= 0) return "has no memory limit";
          return memory.swaps ? "may use swap beside its memory" : undefined;
        },
      },
    ],
  },
  examples: {
    compliant: [
      docker(),
      pod(),
      container({ resources: { requests: { cpu: 1, memory: "0.5Gi" }, limits: { cpu: 1, memory: "512Mi" } } }),
      // The API takes no resources on these.
      pod({ ephemeralContainers: [{ ...hardenedContainer, name: "debug", resources: {} }] }),
    ],
    offending: [
      docker({ memory: 0 }),
      docker({ memorySwap: -1 }),
      docker({ memorySwap: 256 }),
      container({ resources: { requests: { cpu: "100m", memory: "128Mi" } } }),
      container({ resources: { requests: { cpu: "100m" }, limits: { memory: "0" } } }),
      initContainer({ resources: { requests: { cpu: "100m" } } }),
    ],
  },
};
