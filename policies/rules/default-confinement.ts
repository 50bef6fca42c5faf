import { docker, pod, podSecurity, security } from "../examples.ts";
import { hardenedPod } from "../kubernetes/hardened.ts";
import type { Confinement, Process, Unit } from "../picture.ts";
import type { Check, Rule } from "../rule.ts";

const profiles: readonly string[] = ["RuntimeDefault", "Localhost"];
const seLinuxTypes: readonly string[] = [
  ...["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"],
];

const appArmor = {
  control: "appArmorProfile",
  finds: ({ confinement }: { confinement: Confinement }) => {
    const loose = confinement.appArmor.find((profile) => !profiles.includes(profile));
    return loose === undefined ? undefined : `sets the AppArmor profile "${loose}"`;
  },
} satisfies Check<Unit | Process>;

const seLinux = {
  control: "seLinuxOptions",
  finds: ({ confinement }: { confinement: Confinement }) => {
    const { type, user, role } = confinement.seLinux ?? {};
    if (!seLinuxTypes.includes(type ?? "")) return `sets the SELinux type "${type}"`;
    return (user ?? "") !== "" || (role ?? "") !== "" ? "sets an SELinux user or role" : undefined;
  },
} satisfies Check<Unit | Process>;

export const defaultConfinement: Rule = {
  name: "default-confinement",
  description: "Seccomp is on, and no AppArmor, SELinux or /proc confinement is loosened.",
  level: "mandatory",
  remedy: {
    docker: "remove the option from securityOpts",
    kubernetes:
      'set securityContext.seccompProfile to { type: "RuntimeDefault" } and leave the other profiles as they are',
  },
  checks: {
    unit: [
      appArmor,
      seLinux,
      {
        control: "seccompProfile_restricted",
        finds: ({ confinement: { seccomp } }) =>
          seccomp === undefined || profiles.includes(seccomp) ? undefined : `sets the seccomp profile "${seccomp}"`,
      },
    ],
    process: [
      appArmor,
      seLinux,
      {
        control: "seccompProfile_restricted",
        finds: ({ confinement, unit }) => {
          const profile = confinement.seccomp ?? unit.confinement.seccomp;
          if (profile === undefined) return "has no seccomp profile";
          return profiles.includes(profile) ? undefined : `has the seccomp profile "${profile}"`;
        },
      },
      {
        control: "procMount_restricted",
        finds: ({ confinement: { procMount } }) =>
          procMount == null || procMount === "Default" ? undefined : `mounts /proc as "${procMount}"`,
      },
    ],
  },
  examples: {
    compliant: [
      docker(),
      docker({ securityOpts: ["no-new-privileges:true", "apparmor=docker-default", "label=type:container_t"] }),
      pod(),
      podSecurity({ appArmorProfile: { type: "Localhost" }, seLinuxOptions: { type: "container_kvm_t" } }),
      security({ procMount: "Default", seccompProfile: { type: "Localhost" } }),
    ],
    offending: [
      docker({ securityOpts: ["no-new-privileges:true", "seccomp=unconfined"] }),
      docker({ securityOpts: ["no-new-privileges:true", "apparmor:unconfined"] }),
      docker({ securityOpts: ["no-new-privileges:true", "label=disable"] }),
      docker({ securityOpts: ["no-new-privileges:true", "systempaths=unconfined"] }),
      pod({ securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 } }),
      podSecurity({ seccompProfile: { type: "Unconfined" } }),
      security({ seccompProfile: { type: "Unconfined" } }),
      podSecurity({ appArmorProfile: { type: "Unconfined" } }),
      security({ appArmorProfile: { type: "Unconfined" } }),
      pod(hardenedPod, { annotations: { "container.apparmor.security.beta.kubernetes.io/service": "unconfined" } }),
      podSecurity({ seLinuxOptions: { type: "spc_t" } }),
      security({ seLinuxOptions: { user: "system_u" } }),
      security({ seLinuxOptions: { role: "system_r" } }),
      security({ procMount: "Unmasked" }),
    ],
  },
};
