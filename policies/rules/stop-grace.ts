import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const stopGrace: ContainerRule = {
  name: "stop-grace",
  description: "A stop asks first: without a grace the provider kills at once, which can cost data.",
  level: "mandatory",
  judge: (container) => {
    if (known(() => container.start) === false) return undefined;
    const timeout = known(() => container.stopTimeout) ?? 0;
    const grace = known(() => container.destroyGraceSeconds) ?? 0;
    if (timeout <= 0 || grace <= 0) return "is killed without warning; set stopTimeout and destroyGraceSeconds";
    return grace < timeout
      ? `destroyGraceSeconds ${grace} is shorter than stopTimeout ${timeout}; make them equal`
      : undefined;
  },
  examples: {
    compliant: [hardened],
    offending: [
      { ...hardened, stopTimeout: 0 },
      { ...hardened, destroyGraceSeconds: 0 },
      { ...hardened, stopTimeout: 120, destroyGraceSeconds: 10 },
    ],
  },
};
