import { containerType } from "../docker/container.ts";
import { hardened } from "../docker/hardened.ts";
import { docker, initContainer, pod, security } from "../examples.ts";
import type { Rule } from "../rule.ts";

const { readOnly, ...writable } = hardened;

export const readOnlyRoot: Rule = {
  name: "read-only-root",
  description: "The root file system is read-only; what must be written is a volume or a tmpfs.",
  level: "mandatory",
  remedy: {
    docker: "set readOnly and name the scratch directories",
    kubernetes: "set securityContext.readOnlyRootFilesystem and mount an emptyDir for what is scratch",
  },
  checks: {
    process: [
      // A container that is only created carries files into a volume; the engine takes them through a writable root alone.
      {
        finds: ({ readOnlyRoot: is, runs }) => (runs && !is ? "the root file system is writable" : undefined),
      },
    ],
  },
  examples: {
    compliant: [docker(), docker({ start: false, readOnly: false }), pod()],
    offending: [
      docker({ readOnly: false }),
      [{ type: containerType, name: "subject", props: writable }],
      security({ readOnlyRootFilesystem: false }),
      initContainer({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } }),
    ],
  },
};
