import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const readOnlyRoot: ContainerRule = {
  name: "read-only-root",
  description: "The root file system is read-only; what must be written is a volume or a tmpfs.",
  level: "mandatory",
  judge: (container) =>
    known(() => container.readOnly) === true
      ? undefined
      : "the root file system is writable; set readOnly and name the scratch directories",
  examples: { compliant: [hardened], offending: [{ ...hardened, readOnly: false }, omit("readOnly")] },
};

function omit(key: "readOnly"): typeof hardened {
  const { [key]: _, ...rest } = hardened;
  return rest;
}
