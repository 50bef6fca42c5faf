/** Writable directories: memory of the container, gone with it. */
import type { ContainerArgs } from "@pulumi/docker";
import { bytes, mebibytes } from "../units.ts";
import type { Scratch } from "../workload.ts";

/** POSIX shared memory is there in every container; its size is an option of its own. */
const sharedMemory = "/dev/shm";

export function toTmpfs(
  scratch: Record<string, Scratch>,
  user: number,
  group: number,
): Pick<ContainerArgs, "tmpfs" | "shmSize"> {
  const { [sharedMemory]: shared, ...others } = scratch;
  const paths = Object.keys(others).sort();
  return {
    ...(paths.length > 0 && {
      tmpfs: Object.fromEntries(paths.map((path) => [path, options(others[path] as Scratch, user, group)])),
    }),
    ...(shared && { shmSize: mebibytes(shared.size) }),
  };
}

function options({ size, exec = false, ...rest }: Scratch, user: number, group: number): string {
  rest satisfies Record<string, never>;
  return `rw,${exec ? "exec" : "noexec"},nosuid,nodev,size=${bytes(size)},uid=${user},gid=${group},mode=0700`;
}
