import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const noCapabilities: ContainerRule = {
  name: "no-capabilities",
  description: "All Linux capabilities are dropped and none is added.",
  level: "mandatory",
  judge: (container) => {
    if (known(() => container.privileged) === true)
      return "is privileged, which grants every capability; remove `privileged`";
    const drops = (known(() => container.capabilities?.drops) ?? []).map((name) =>
      name.toUpperCase().replace(/^CAP_/, ""),
    );
    const adds = known(() => container.capabilities?.adds) ?? [];
    if (!drops.includes("ALL")) return 'keeps the default capabilities; set capabilities.drops to ["ALL"]';
    return adds.length > 0 ? `adds ${adds.join(", ")}; no part of this stack needs a capability` : undefined;
  },
  examples: {
    compliant: [hardened, { ...hardened, capabilities: { drops: ["all"] } }],
    offending: [
      { ...hardened, capabilities: {} },
      { ...hardened, capabilities: { drops: ["NET_RAW"] } },
      { ...hardened, capabilities: { drops: ["ALL"], adds: ["SYS_NICE"] } },
      { ...hardened, privileged: true },
    ],
  },
};
