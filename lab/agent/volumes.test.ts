import type { V1PersistentVolume, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { STORAGE_CLASS } from "../addons.ts";
import { isReleased, isWaiting, newSize, volumeFor } from "./volumes.ts";

const claim = (
  spec: V1PersistentVolumeClaim["spec"] = {},
  phase = "Pending",
  has?: string,
): V1PersistentVolumeClaim => ({
  metadata: { name: "data", namespace: "trading", uid: "1-2" },
  spec: {
    storageClassName: STORAGE_CLASS,
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
    ...spec,
  },
  status: { phase, ...(has === undefined ? {} : { capacity: { storage: has } }) },
});

describe("volumes", () => {
  it("are made for claims of the class that have none", () => {
    expect(isWaiting(claim())).toBe(true);
    expect(isWaiting(claim({ storageClassName: "fast" }))).toBe(false);
    expect(isWaiting(claim({ volumeName: "pvc-1-2" }))).toBe(false);
    expect(isWaiting({ ...claim(), metadata: { name: "data", deletionTimestamp: new Date() } })).toBe(false);
  });

  it("belong to their claim and to the node", () => {
    expect(volumeFor(claim())).toMatchObject({
      metadata: { name: "pvc-1-2" },
      spec: {
        claimRef: { name: "data", namespace: "trading", uid: "1-2" },
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        local: { path: "/var/lib/horizon-volumes/pvc-1-2" },
      },
    });
  });

  it("go when their claim has gone, unless they are to be retained", () => {
    const released = (policy: string, phase: string): V1PersistentVolume => ({
      spec: { storageClassName: STORAGE_CLASS, persistentVolumeReclaimPolicy: policy },
      status: { phase },
    });
    expect(isReleased(released("Delete", "Released"))).toBe(true);
    expect(isReleased(released("Retain", "Released"))).toBe(false);
    expect(isReleased(released("Delete", "Bound"))).toBe(false);
  });

  it("follow a claim that asks for another size once it is bound", () => {
    expect(newSize(claim({}, "Bound", "512Mi"))).toBe("1Gi");
    expect(newSize(claim({}, "Bound", "1Gi"))).toBeUndefined();
    expect(newSize(claim({}, "Pending"))).toBeUndefined();
  });
});
