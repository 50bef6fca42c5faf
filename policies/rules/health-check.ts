import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const healthCheck: ContainerRule = {
  name: "health-check",
  description: "Whatever runs says whether it is healthy.",
  level: "mandatory",
  judge: (container) => {
    if (known(() => container.start) === false) return undefined;
    const [how = "NONE", ...command] = known(() => container.healthcheck?.tests) ?? [];
    return how !== "NONE" && command.length > 0 ? undefined : "has no health check; set healthcheck.tests";
  },
  examples: {
    compliant: [hardened, { ...hardened, start: false, healthcheck: {} }],
    offending: [
      { ...hardened, healthcheck: {} },
      { ...hardened, healthcheck: { tests: ["NONE"] } },
      { ...hardened, healthcheck: { tests: ["CMD"] } },
    ],
  },
};
