import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const readOnlyRoot: ContainerRule = {
  name: "read-only-root",
  description: "The root file system is read-only; what must be written is a volume or a tmpfs.",
  level: "mandatory",
  // A container that is only created carries files into a volume; the engine takes them through a writable root alone.
  judge: (container) =>
    known(() => container.readOnly) === true || known(() => container.start) === false
      ? undefined
      : "the root file system is writable; set readOnly and name the scratch directories",
  examples: {
    compliant: [hardened, { ...hardened, start: false, readOnly: false }],
    offending: [{ ...hardened, readOnly: false }, omit("readOnly")],
  },
};

function omit(key: "readOnly"): typeof hardened {
  const { [key]: _, ...rest } = hardened;
  return rest;
}
