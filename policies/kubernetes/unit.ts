/** Draws the picture of a pod. */
import type { Unit } from "../picture.ts";
import { items, known, written } from "../unknown.ts";
import { confinementOf } from "./confinement.ts";
import { containerLists, type Pod, type PodSecurityContext, type PodSpec, type Volume } from "./pod.ts";
import { processOf } from "./process.ts";

/** @param kind the kind of resource that makes the pod */
export function unitOf(pod: Pod, kind: string): Unit {
  const spec = (): PodSpec => pod.spec ?? {};
  const security = (): PodSecurityContext => spec().securityContext ?? {};
  const windows = (): boolean => written(spec(), "os")?.name === "windows";
  const unit: Unit = {
    platform: "kubernetes",
    hostDevices: [],
    get hostNamespaces() {
      const fields = ["hostNetwork", "hostPID", "hostIPC"] as const;
      return fields.filter((field) => known(() => spec()[field]) === true);
    },
    get hostDirectories() {
      const paths = items(() => spec().volumes).filter((volume) => kindOf(volume) === "hostPath");
      return paths.map((volume) => known(() => (volume.hostPath as { path?: string }).path) ?? "a path");
    },
    get hostProcess() {
      return known(() => security().windowsOptions?.hostProcess) === true;
    },
    get volumes() {
      return items(() => spec().volumes).map((volume) => ({
        name: known(() => volume.name) ?? "?",
        kind: kindOf(volume),
      }));
    },
    get sysctls() {
      return items(() => security().sysctls).map((sysctl) => known(() => sysctl.name) ?? "");
    },
    get runAsNonRoot() {
      return security().runAsNonRoot;
    },
    get uid() {
      return security().runAsUser;
    },
    get confinement() {
      return confinementOf(security, windows, () => pod.metadata?.annotations);
    },
    get ownUsers() {
      return written(spec(), "hostUsers") === false;
    },
    get serviceLinks() {
      return spec().enableServiceLinks !== false;
    },
    get accountToken() {
      return spec().automountServiceAccountToken !== false;
    },
    get stop() {
      const grants = spec().terminationGracePeriodSeconds ?? defaultGrace;
      const sleeps = items(() => spec().containers).map(
        (container) => known(() => container.lifecycle?.preStop?.sleep?.seconds) ?? 0,
      );
      return [{ field: "terminationGracePeriodSeconds", grants, needs: 1 + Math.max(0, ...sleeps) }];
    },
    get processes() {
      const endless = (): boolean => !ending.includes(kind) && (spec().restartPolicy ?? "Always") === "Always";
      return containerLists.flatMap((list) =>
        items(() => spec()[list]).map((container) => processOf(container, { list, endless, spec, windows, unit })),
      );
    },
  };
  return unit;
}

/** What Kubernetes takes where a pod says nothing. */
const defaultGrace = 30;

/** Kinds whose pods run to their end. */
const ending: readonly string[] = ["Job", "CronJob"];

/** Kinds that Pod Security allows; the API takes no volume of two kinds, so the order among them means nothing. */
export const harmlessVolumes: readonly string[] = [
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim"],
  ...["projected", "secret"],
];

/** A volume that names no kind becomes an `emptyDir` before the cluster judges it. */
function kindOf(volume: Volume): string {
  const kinds = Object.keys(volume).filter((key) => key !== "name" && isGiven(volume, key));
  return kinds.find((kind) => harmlessVolumes.includes(kind)) ?? kinds[0] ?? "emptyDir";
}

/** Of an unknown source the kind is known all the same. */
const isGiven = (volume: Volume, key: string): boolean => known(() => volume[key] ?? null) !== null;
