import { type ContainerRule, known } from "../container.ts";
import { hardened } from "../hardened.ts";

export const noHostAccess: ContainerRule = {
  name: "no-host-access",
  description: "No directory, device, engine socket or namespace of the host is shared.",
  level: "mandatory",
  judge: (container) => {
    const volume = (known(() => container.volumes) ?? []).find(({ hostPath }) => (hostPath ?? "") !== "");
    if (volume !== undefined) return `mounts ${volume.hostPath} of the host; use a named volume or files`;
    const mount = (known(() => container.mounts) ?? []).find(({ type }) => type === "bind");
    if (mount !== undefined) return `mounts ${mount.source} of the host; use a named volume or files`;
    const device = (known(() => container.devices) ?? [])[0];
    if (device !== undefined) return `uses the device ${device.hostPath}; nothing in this stack needs one`;
    const shared = [container.pidMode, container.ipcMode, container.usernsMode].includes("host");
    return shared ? "shares a namespace of the host; remove pidMode, ipcMode or usernsMode" : undefined;
  },
  examples: {
    compliant: [hardened, { ...hardened, mounts: [{ type: "volume", source: "data", target: "/data" }] }],
    offending: [
      { ...hardened, volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/var/run/docker.sock" }] },
      { ...hardened, volumes: [{ hostPath: "/etc", containerPath: "/host" }] },
      { ...hardened, mounts: [{ type: "bind", source: "/", target: "/host" }] },
      { ...hardened, devices: [{ hostPath: "/dev/mem" }] },
      { ...hardened, pidMode: "host" },
    ],
  },
};
