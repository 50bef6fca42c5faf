import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const noNewPrivileges: ContainerRule = {
  name: "no-new-privileges",
  description: "No process gains privileges by executing a file, and no confinement is switched off.",
  level: "mandatory",
  judge: (container) => {
    const options = known(() => container.securityOpts) ?? [];
    const loose = options.find((option) => /[:=](unconfined|disable)$/.test(option));
    if (loose !== undefined) return `securityOpts has "${loose}"; keep the default profiles`;
    const set = options.some((option) => /^no-new-privileges([:=]true)?$/.test(option));
    return set ? undefined : 'may gain privileges; add "no-new-privileges:true" to securityOpts';
  },
  examples: {
    compliant: [hardened, { ...hardened, securityOpts: ["no-new-privileges"] }],
    offending: [
      { ...hardened, securityOpts: [] },
      { ...hardened, securityOpts: ["no-new-privileges:false"] },
      { ...hardened, securityOpts: ["no-new-privileges:true", "seccomp=unconfined"] },
    ],
  },
};
