/** Volumes: what a pod mounts, and the claim that keeps a workload's state. */
import type { core } from "@pulumi/kubernetes/types/input.js";
import { digest } from "../names.ts";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata, partName } from "./labels.ts";
import { storage } from "./quantity.ts";

export interface Volumes {
  volumes: core.v1.Volume[];
  mounts: core.v1.VolumeMount[];
}

export function together(...parts: Volumes[]): Volumes {
  return { volumes: parts.flatMap(({ volumes }) => volumes), mounts: parts.flatMap(({ mounts }) => mounts) };
}

/** A volume's name in its pod: a DNS label, and another for every directory. */
export function volumeName(kind: "files" | "scratch", path: string): string {
  const plain = path.slice(1).replaceAll("/", "-");
  // A hyphen of the path's own would make /a-b and /a/b one.
  const clear = /^[a-z0-9-]{1,50}$/.test(plain) && !path.includes("-");
  return `${kind}-${clear ? plain : digest([path]).slice(0, 16)}`;
}

export const claimName = (workload: string): string => partName(workload, "state");

export const isStateful = (w: Pick<Workload, "state">): boolean => w.state !== undefined;

export function toStateVolume(w: Workload): Volumes {
  if (!w.state) return { volumes: [], mounts: [] };
  const { path, size, ...rest } = w.state;
  rest satisfies Record<string, never>;
  // Said by the claim.
  void size;
  return {
    volumes: [{ name: "state", persistentVolumeClaim: { claimName: claimName(w.name) } }],
    mounts: [{ name: "state", mountPath: path }],
  };
}

/**
 * A claim of its own rather than a template of the StatefulSet: a template can't change, so a new size would replace the
 * set, while a claim's request grows in place. See docs/adr/0006-claims.md.
 */
export function toClaim(w: Workload, ctx: Context) {
  if (!w.state) return undefined;
  return {
    ...kindOf("v1", "PersistentVolumeClaim"),
    // Bound only when a pod comes, where the storage class says so; the pod's own readiness shows whether it was.
    metadata: { ...metadata(ctx, w.name, claimName(w.name)), annotations: { "pulumi.com/skipAwait": "true" } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: storage(w.state.size) } },
      ...(ctx.storageClass !== undefined && { storageClassName: ctx.storageClass }),
    },
  };
}
