/** Draws the picture of a Docker container, which is a unit of one process. */
import type { Unit } from "../picture.ts";
import { items, known } from "../unknown.ts";
import type { Container } from "./container.ts";
import { processOf } from "./process.ts";

export function unitOf(container: Container): Unit {
  const unit: Unit = {
    platform: "docker",
    ...nothing,
    get hostNamespaces() {
      const modes = ["networkMode", "pidMode", "ipcMode", "usernsMode"] as const;
      return modes.filter((mode) => known(() => container[mode]) === "host");
    },
    get hostDirectories() {
      const volumes = items(() => container.volumes).map((volume) => known(() => volume.hostPath) ?? "");
      const binds = items(() => container.mounts).filter((mount) => known(() => mount.type) === "bind");
      return [...volumes.filter((path) => path !== ""), ...binds.map((mount) => known(() => mount.source) ?? "a path")];
    },
    get hostDevices() {
      return items(() => container.devices).map((device) => known(() => device.hostPath) ?? "of the host");
    },
    get stop() {
      if (container.start === false) return [];
      const { stopTimeout = 0, destroyGraceSeconds = 0 } = container;
      return [
        { field: "stopTimeout", grants: stopTimeout, needs: 1 },
        { field: "destroyGraceSeconds", grants: destroyGraceSeconds, needs: stopTimeout },
      ];
    },
    get processes() {
      return [processOf(container, unit)];
    },
  };
  return unit;
}

/** What this platform doesn't have, or the pack doesn't judge on it. */
const nothing = {
  hostProcess: false,
  volumes: [],
  sysctls: [],
  confinement: { appArmor: [] },
  ownUsers: false,
  serviceLinks: false,
  accountToken: false,
};
