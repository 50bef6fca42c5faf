/** Volumes for the lab's StorageClass: a folder of the machine for each claim, which every node sees. Pure. */
import type { V1PersistentVolume, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { PROVISIONER, STORAGE_CLASS } from "../addons.ts";
import { NODES } from "../lab.ts";

/** In every node's own /var/lib: one folder of the machine. */
export const VOLUMES = "/var/lib/horizon-volumes";

export const folderOf = (volume: V1PersistentVolume): string => volume.spec?.local?.path ?? "";

const requested = (claim: V1PersistentVolumeClaim): string => claim.spec?.resources?.requests?.["storage"] ?? "";

/** Claims of the class that have no volume yet. */
export function isWaiting(claim: V1PersistentVolumeClaim): boolean {
  return (
    claim.spec?.storageClassName === STORAGE_CLASS &&
    !claim.spec.volumeName &&
    claim.metadata?.deletionTimestamp === undefined
  );
}

/** A `local` volume, and not a hostPath: for that the kubelet honours fsGroup. */
export function volumeFor(claim: V1PersistentVolumeClaim): V1PersistentVolume {
  const { name, namespace, uid } = claim.metadata ?? {};
  const volume = `pvc-${uid}`;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: volume, annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER } },
    spec: {
      storageClassName: STORAGE_CLASS,
      persistentVolumeReclaimPolicy: "Delete",
      accessModes: claim.spec?.accessModes ?? [],
      capacity: { storage: requested(claim) },
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        ...(name === undefined ? {} : { name }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
      },
      local: { path: `${VOLUMES}/${volume}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: "kubernetes.io/hostname", operator: "In", values: NODES.map(({ name }) => name) },
              ],
            },
          ],
        },
      },
    },
  };
}

/** Volumes of the class whose claim is gone and that aren't to be retained. */
export function isReleased(volume: V1PersistentVolume): boolean {
  return (
    volume.spec?.storageClassName === STORAGE_CLASS &&
    volume.spec.persistentVolumeReclaimPolicy === "Delete" &&
    volume.status?.phase === "Released" &&
    volume.metadata?.deletionTimestamp === undefined
  );
}

/** A bound claim that asks for another size than it has: a folder has none, so the size is only written down. */
export function newSize(claim: V1PersistentVolumeClaim): string | undefined {
  const bound = claim.spec?.storageClassName === STORAGE_CLASS && claim.status?.phase === "Bound";
  return bound && requested(claim) !== claim.status?.capacity?.["storage"] ? requested(claim) : undefined;
}
