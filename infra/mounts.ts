/** Where a workload's files, secrets, state and scratch are mounted: directories, none of them hiding another. */
import { posix } from "node:path";
import type { Problem } from "./errors.ts";
import { shown } from "./errors.ts";
import type { Workload } from "./workload.ts";

export interface Content {
  path: string;
  secret: boolean;
}

/** Every file and secret, by path. */
export function contents(w: Pick<Workload, "files" | "secrets">): Content[] {
  const files = Object.keys(w.files ?? {}).map((path) => ({ path, secret: false }));
  const secrets = Object.keys(w.secrets ?? {}).map((path) => ({ path, secret: true }));
  return [...files, ...secrets].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every path at which something is mounted as a file, whoever keeps its content. */
export function filePaths(w: Pick<Workload, "files" | "secrets" | "secretRefs">): string[] {
  return [...contents(w).map(({ path }) => path), ...Object.keys(w.secretRefs ?? {})].sort();
}

/** The directories to mount so that every path is in one of them: each path's own, without those below another. */
export function directories(paths: readonly string[]): string[] {
  const own = [...new Set(paths.map((path) => posix.dirname(path)))].sort();
  return own.filter((directory) => !own.some((other) => isBelow(directory, other)));
}

export function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

type Mount = { path: string; kind: "files" | "state" | "scratch" };

export function checkMounts(where: string, w: Workload): Problem[] {
  const paths = filePaths(w);
  const scratch = Object.keys(w.scratch ?? {});
  const all = [...paths, ...scratch, ...(w.state ? [w.state.path] : [])];
  const malformed = all.filter((path) => !isClean(path));
  if (malformed.length > 0) {
    return malformed.map((path) => ({
      where,
      what: "not a usable path",
      given: shown(path),
      allowed: "absolute, normalised, without colon or trailing slash",
      remedy: "give the whole path below a directory, such as /etc/kafka/server.properties",
    }));
  }
  const mounts: Mount[] = [
    ...directories(paths).map((path): Mount => ({ path, kind: "files" })),
    ...scratch.map((path): Mount => ({ path, kind: "scratch" })),
    ...(w.state ? [{ path: w.state.path, kind: "state" } as const] : []),
  ];
  return [...twice(where, paths), ...overlaps(where, mounts)];
}

function isClean(path: string): boolean {
  return /^\/[^:\0]+$/.test(path) && posix.normalize(path) === path && !path.endsWith("/");
}

function twice(where: string, paths: readonly string[]): Problem[] {
  const repeated = paths.filter((path, index) => paths.indexOf(path) !== index);
  const rooted = paths.filter((path) => posix.dirname(path) === "/");
  return [
    ...repeated.map((path) => ({
      where,
      what: "a path is both a file and a secret",
      given: shown(path),
      allowed: "one content for one path",
      remedy: "remove one of the two",
    })),
    ...rooted.map((path) => ({
      where,
      what: "a file directly in / would turn the whole root into a mount",
      given: shown(path),
      allowed: "a path below a directory",
      remedy: "put the file into a directory of its own",
    })),
  ];
}

/** Only a scratch directory may hold another mount: the mount point can be made there; elsewhere it would be read-only or hide data. */
function overlaps(where: string, mounts: readonly Mount[]): Problem[] {
  const problems: Problem[] = [];
  for (const inner of mounts) {
    for (const outer of mounts) {
      const same = inner !== outer && inner.path === outer.path && inner.kind < outer.kind;
      if (!same && !(isBelow(inner.path, outer.path) && outer.kind !== "scratch")) continue;
      problems.push({
        where,
        what: `${inner.kind} and ${outer.kind} share a directory`,
        given: `${inner.kind} at ${inner.path}, ${outer.kind} at ${outer.path}`,
        allowed: "separate directories; only scratch may contain another",
        remedy: "move one of them",
      });
    }
  }
  return problems;
}
