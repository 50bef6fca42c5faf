import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

const unbounded = ["json-file", "local", ""];

export const boundedLogs: ContainerRule = {
  name: "bounded-logs",
  description: "Logs kept by the engine are rotated and cannot fill the disk.",
  level: "mandatory",
  judge: (container) => {
    const driver = known(() => container.logDriver) ?? "";
    if (!unbounded.includes(driver)) return undefined;
    const options = known(() => container.logOpts) ?? {};
    const isSet = (name: string): boolean => (options[name] ?? "") !== "";
    return isSet("max-size") && isSet("max-file")
      ? undefined
      : "keeps logs without bound; set max-size and max-file in logOpts";
  },
  examples: {
    compliant: [hardened, { ...hardened, logDriver: "journald", logOpts: {} }],
    offending: [
      { ...hardened, logOpts: {} },
      { ...hardened, logOpts: { "max-file": "3" } },
      { ...hardened, logOpts: { "max-size": "10m" } },
    ],
  },
};
