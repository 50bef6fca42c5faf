import { docker, initContainer, pod, security } from "../examples.ts";
import { hardenedContainer } from "../kubernetes/hardened.ts";
import type { Rule } from "../rule.ts";

export const noNewPrivileges: Rule = {
  name: "no-new-privileges",
  description: "No process gains privileges by executing a file.",
  level: "mandatory",
  remedy: {
    docker: 'add "no-new-privileges:true" to securityOpts',
    kubernetes: "set securityContext.allowPrivilegeEscalation to false",
  },
  checks: {
    process: [
      {
        control: "allowPrivilegeEscalation",
        finds: ({ gainsPrivileges }) => (gainsPrivileges ? "may gain privileges" : undefined),
      },
    ],
  },
  examples: {
    compliant: [docker(), docker({ securityOpts: ["no-new-privileges"] }), pod()],
    offending: [
      docker({ securityOpts: [] }),
      docker({ securityOpts: ["no-new-privileges:false"] }),
      security({ allowPrivilegeEscalation: true }),
      initContainer({
        securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      }),
      pod({
        ephemeralContainers: [
          { ...hardenedContainer, securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } } },
        ],
      }),
    ],
  },
};
