import { docker, pod, podSecurity, security } from "../examples.ts";
import type { Rule } from "../rule.ts";

export const noHostAccess: Rule = {
  name: "no-host-access",
  description: "No directory, device, engine socket or namespace of the host is shared.",
  level: "mandatory",
  remedy: {
    docker: "use a named volume or files, no device, and namespaces of its own",
    kubernetes: "use a claim, a ConfigMap or a Secret, and namespaces of its own",
  },
  checks: {
    unit: [
      {
        control: "hostNamespaces",
        finds: ({ hostNamespaces }) =>
          hostNamespaces.length > 0 ? `shares a namespace of the host by ${hostNamespaces.join(", ")}` : undefined,
      },
      {
        control: "restrictedVolumes",
        finds: ({ hostDirectories }) =>
          hostDirectories.length > 0 ? `mounts ${hostDirectories.join(", ")} of the host` : undefined,
      },
      {
        finds: ({ hostDevices }) => (hostDevices.length > 0 ? `uses the device ${hostDevices.join(", ")}` : undefined),
      },
      { control: "windowsHostProcess", finds: ({ hostProcess }) => (hostProcess ? asHostProcess : undefined) },
    ],
    process: [{ control: "windowsHostProcess", finds: ({ hostProcess }) => (hostProcess ? asHostProcess : undefined) }],
  },
  examples: {
    compliant: [
      docker(),
      docker({ mounts: [{ type: "volume", source: "data", target: "/data" }] }),
      pod(),
      pod({ hostNetwork: false, hostPID: false, hostIPC: false, hostUsers: false }),
    ],
    offending: [
      docker({ volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/var/run/docker.sock" }] }),
      docker({ volumes: [{ hostPath: "/etc", containerPath: "/host" }] }),
      docker({ mounts: [{ type: "bind", source: "/", target: "/host" }] }),
      docker({ devices: [{ hostPath: "/dev/mem" }] }),
      docker({ pidMode: "host" }),
      docker({ networkMode: "host" }),
      pod({ hostNetwork: true }),
      pod({ hostPID: true }),
      pod({ hostIPC: true }),
      pod({ volumes: [{ name: "host", hostPath: { path: "/var/run/containerd/containerd.sock" } }] }),
      podSecurity({ windowsOptions: { hostProcess: true } }),
      security({ windowsOptions: { hostProcess: true } }),
    ],
  },
};

const asHostProcess = "is a process of the Windows host";
