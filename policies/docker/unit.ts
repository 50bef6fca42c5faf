/** Draws the picture of a Docker container, which is a unit of one process. */
import type { Unit } from "../picture.ts";
import { items, known } from "../unknown.ts";
import type { Container } from "./container.ts";
import { ContainerProcess } from "./process.ts";

export class ContainerUnit implements Unit {
  readonly platform = "docker";
  // What this platform doesn't have, or the pack doesn't judge on it.
  readonly hostProcess = false;
  readonly volumes = [];
  readonly sysctls = [];
  readonly confinement = { appArmor: [] };
  readonly ownUsers = false;
  readonly serviceLinks = false;
  readonly accountToken = false;
  readonly #container: Container;

  constructor(container: Container) {
    this.#container = container;
  }

  get hostNamespaces() {
    const modes = ["networkMode", "pidMode", "ipcMode", "usernsMode"] as const;
    return modes.filter((mode) => known(() => this.#container[mode]) === "host");
  }

  get hostDirectories() {
    const volumes = items(() => this.#container.volumes).map((volume) => known(() => volume.hostPath) ?? "");
    const binds = items(() => this.#container.mounts).filter((mount) => known(() => mount.type) === "bind");
    return [...volumes.filter((path) => path !== ""), ...binds.map((mount) => known(() => mount.source) ?? "a path")];
  }

  get hostDevices() {
    return items(() => this.#container.devices).map((device) => known(() => device.hostPath) ?? "of the host");
  }

  get stop() {
    const { start, stopTimeout = 0, destroyGraceSeconds = 0 } = this.#container;
    if (start === false) return [];
    return [
      { field: "stopTimeout", grants: stopTimeout, needs: 1 },
      { field: "destroyGraceSeconds", grants: destroyGraceSeconds, needs: stopTimeout },
    ];
  }

  get processes(): ContainerProcess[] {
    return [new ContainerProcess(this.#container, this)];
  }
}
