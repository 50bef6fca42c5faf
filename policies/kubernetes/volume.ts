/** Kinds of volumes. */
import { known } from "../unknown.ts";
import type { Volume } from "./pod.ts";

/** Kinds that Pod Security allows; the API takes no volume of two kinds, so the order among them means nothing. */
export const harmlessVolumes: readonly string[] = [
  ...["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim"],
  ...["projected", "secret"],
];

/** A volume that names no kind becomes an `emptyDir` before the cluster judges it. */
export function kindOf(volume: Volume): string {
  const kinds = Object.keys(volume).filter((key) => key !== "name" && isGiven(volume, key));
  return kinds.find((kind) => harmlessVolumes.includes(kind)) ?? kinds[0] ?? "emptyDir";
}

/** Of an unknown source the kind is known all the same. */
const isGiven = (volume: Volume, key: string): boolean => known(() => volume[key] ?? null) !== null;
