/** Volumes: one for a workload's state, and one per directory of files and secrets. */
import type { VolumeArgs } from "@pulumi/docker";
import type { Input } from "@pulumi/pulumi";
import { output } from "@pulumi/pulumi";
import { labels } from "../labels.ts";
import { objectName } from "../names.ts";
import type { Workload } from "../workload.ts";
import { contentLabel, labelList } from "./labels.ts";

/** The local driver can't limit a volume's size; `state.size` is a listed degradation. */
export function toStateVolume(stack: string, w: Workload): VolumeArgs {
  return { name: objectName(stack, w.name, "state"), driver: "local", labels: labelList(labels(stack, w.name)) };
}

/** A volume of files never changes: new content is a new volume, filled while the workload still runs on the old one. */
export function toFilesVolume(
  stack: string,
  w: Workload,
  hash: Input<string>,
  version: Input<string>,
  index: number,
): VolumeArgs {
  return {
    name: output(version).apply((known) => objectName(stack, w.name, `${known}-${index}`)),
    driver: "local",
    labels: labelList({ ...labels(stack, w.name), [contentLabel]: hash }),
  };
}
