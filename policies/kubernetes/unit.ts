/** Draws the picture of a pod. */
import type { Unit } from "../picture.ts";
import { items, known, written } from "../unknown.ts";
import { confinementOf } from "./confinement.ts";
import { containerLists, type Pod, type PodSecurityContext, type PodSpec } from "./pod.ts";
import { PodProcess } from "./process.ts";
import { kindOf } from "./volume.ts";

/** What Kubernetes takes where a pod says nothing. */
const defaultGrace = 30;

/** Kinds whose pods run to their end. */
const ending: readonly string[] = ["Job", "CronJob"];

export class PodUnit implements Unit {
  readonly platform = "kubernetes";
  readonly hostDevices = [];
  readonly #pod: Pod;
  readonly #kind: string;

  /** @param kind the kind of resource that makes the pod */
  constructor(pod: Pod, kind: string) {
    this.#pod = pod;
    this.#kind = kind;
  }

  get spec(): PodSpec {
    return this.#pod.spec ?? {};
  }

  get security(): PodSecurityContext {
    return this.spec.securityContext ?? {};
  }

  get onWindows(): boolean {
    return written(this.spec, "os")?.name === "windows";
  }

  /** Whether it is meant to run until it is stopped. */
  get endless(): boolean {
    return !ending.includes(this.#kind) && (this.spec.restartPolicy ?? "Always") === "Always";
  }

  get hostNamespaces() {
    const fields = ["hostNetwork", "hostPID", "hostIPC"] as const;
    return fields.filter((field) => known(() => this.spec[field]) === true);
  }

  get hostDirectories() {
    const volumes = items(() => this.spec.volumes).filter((volume) => kindOf(volume) === "hostPath");
    return volumes.map((volume) => known(() => (volume.hostPath as { path?: string }).path) ?? "a path");
  }

  get hostProcess() {
    return known(() => this.security.windowsOptions?.hostProcess) === true;
  }

  get volumes() {
    return items(() => this.spec.volumes).map((volume) => ({
      name: known(() => volume.name) ?? "?",
      kind: kindOf(volume),
    }));
  }

  get sysctls() {
    return items(() => this.security.sysctls).flatMap((sysctl) => known(() => sysctl.name ?? "") ?? []);
  }

  get runAsNonRoot() {
    return this.security.runAsNonRoot;
  }

  get uid() {
    return this.security.runAsUser;
  }

  get confinement() {
    return confinementOf(
      () => this.security,
      () => this.onWindows,
      () => this.#pod.metadata?.annotations,
    );
  }

  get ownUsers() {
    return written(this.spec, "hostUsers") === false;
  }

  get serviceLinks() {
    return this.spec.enableServiceLinks !== false;
  }

  get accountToken() {
    return this.spec.automountServiceAccountToken !== false;
  }

  get stop() {
    const grants = this.spec.terminationGracePeriodSeconds ?? defaultGrace;
    const sleeps = items(() => this.spec.containers).map(
      (container) => known(() => container.lifecycle?.preStop?.sleep?.seconds) ?? 0,
    );
    return [{ field: "terminationGracePeriodSeconds", grants, needs: 1 + Math.max(0, ...sleeps) }];
  }

  get processes(): PodProcess[] {
    return containerLists.flatMap((list) =>
      items(() => this.spec[list]).map((container) => new PodProcess(container, list, this)),
    );
  }
}
