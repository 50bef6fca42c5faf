import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const memoryLimit: ContainerRule = {
  name: "memory-limit",
  description: "Memory is limited, and swap adds nothing to it.",
  level: "mandatory",
  judge: (container) => {
    const memory = known(() => container.memory) ?? 0;
    const swap = known(() => container.memorySwap);
    if (memory <= 0) return "has no memory limit; set memory (MiB)";
    return swap === memory ? undefined : `may use swap beyond its ${memory} MiB; set memorySwap to the same number`;
  },
  examples: {
    compliant: [hardened],
    offending: [
      { ...hardened, memory: 0 },
      { ...hardened, memorySwap: -1 },
      { ...hardened, memorySwap: 256 },
    ],
  },
};
