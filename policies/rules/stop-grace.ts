import { container, docker, pod } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const stopGrace: Rule = {
  name: "stop-grace",
  description: "A stop asks first and waits long enough: a kill without warning can cost data.",
  level: "mandatory",
  remedy: {
    docker: "set stopTimeout, and destroyGraceSeconds to at least as much",
    kubernetes: "set terminationGracePeriodSeconds to more than preStop sleeps",
  },
  checks: {
    unit: [
      {
        finds: ({ stop }) => {
          const short = stop.find(({ grants, needs }) => grants <= 0 || grants < needs);
          if (short === undefined) return undefined;
          const { field, grants, needs } = short;
          return grants <= 0
            ? `is killed without warning, since ${field} is ${grants}`
            : `${field} is ${grants} s, and its stop takes ${needs} s`;
        },
      },
    ],
  },
  examples: {
    compliant: [
      docker(),
      docker({ start: false, stopTimeout: 0 }),
      pod(),
      container({ lifecycle: { preStop: { sleep: { seconds: 5 } } } }),
    ],
    offending: [
      docker({ stopTimeout: 0 }),
      docker({ destroyGraceSeconds: 0 }),
      docker({ stopTimeout: 120, destroyGraceSeconds: 10 }),
      pod({ terminationGracePeriodSeconds: 0 }),
      container({ lifecycle: { preStop: { sleep: { seconds: 10 } } } }),
    ],
  },
};
