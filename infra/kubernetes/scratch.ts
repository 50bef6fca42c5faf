/** Writable directories: memory of the pod, gone with it, counted against its limit. */
import type { Scratch } from "../workload.ts";
import { storage } from "./quantity.ts";
import { type Volumes, volumeName } from "./volume.ts";

export function toScratch(scratch: Record<string, Scratch>): Volumes {
  const paths = Object.keys(scratch).sort();
  return {
    volumes: paths.map((path) => ({ name: volumeName("scratch", path), emptyDir: memory(scratch[path] as Scratch) })),
    mounts: paths.map((path) => ({ name: volumeName("scratch", path), mountPath: path })),
  };
}

function memory({ size, exec, ...rest }: Scratch) {
  rest satisfies Record<string, never>;
  // An emptyDir is mounted exec, always: listed among the degradations.
  void exec;
  return { medium: "Memory", sizeLimit: storage(size) };
}
