/**
 * Files and secrets: one ConfigMap and one Secret for each workload, mounted together, a directory at a time. The objects
 * keep their names when their content changes; a hash of it on the pod template is what rolls the pods.
 */
import { createHmac } from "node:crypto";
import { posix } from "node:path";
import type { core } from "@pulumi/kubernetes/types/input.js";
import type { Input, Output } from "@pulumi/pulumi";
import { all, unsecret } from "@pulumi/pulumi";
import type { Problem } from "../errors.ts";
import { shown } from "../errors.ts";
import { type Content, contents, directories, filePaths, isBelow } from "../mounts.ts";
import { digest } from "../names.ts";
import type { SecretKey, Workload } from "../workload.ts";
import { type Volumes, volumeName } from "./volume.ts";

/** Readable for all in the pod, writable for none. */
const readOnly = 0o444;

/** The key of a path in its object; two underscores stand for a slash. */
export function keyOf(path: string): string {
  return path.slice(1).replaceAll("/", "__");
}

export function checkFiles(w: Workload): Problem[] {
  const paths = contents(w).map(({ path }) => path);
  const wrong = paths.filter((path) => !/^[-._a-zA-Z0-9]{1,253}$/.test(keyOf(path)) || path.includes("__"));
  return wrong.map((path) => ({
    where: `workload ${w.name}, ${path}`,
    what: "kubernetes can't hold a file of this path",
    given: shown(path),
    allowed: "letters, digits, dots, hyphens and single underscores, at most 253 characters in all",
    remedy: "rename the file or its directory",
  }));
}

/** A projected volume for each directory, of files and secrets alike. It hides what the image has in that directory. */
export function toFileVolumes(w: Workload): Volumes {
  const held = contents(w);
  const found = directories(filePaths(w));
  return {
    volumes: found.map((directory) => ({
      name: volumeName("files", directory),
      projected: {
        defaultMode: readOnly,
        sources: [...sources(w.name, directory, held), ...foreignSources(directory, w.secretRefs ?? {})],
      },
    })),
    mounts: found.map((directory) => ({ name: volumeName("files", directory), mountPath: directory, readOnly: true })),
  };
}

function sources(workload: string, directory: string, held: readonly Content[]): core.v1.VolumeProjection[] {
  const items = (secret: boolean) =>
    held
      .filter((each) => each.secret === secret && isBelow(each.path, directory))
      .map(({ path }) => ({ key: keyOf(path), path: posix.relative(directory, path) }));
  const [open, hidden] = [items(false), items(true)];
  return [
    ...(open.length > 0 ? [{ configMap: { name: workload, items: open } }] : []),
    ...(hidden.length > 0 ? [{ secret: { name: workload, items: hidden } }] : []),
  ];
}

/** Secrets that others keep, by name. A key that is missing keeps the pod from starting, and its events name the key. */
function foreignSources(directory: string, refs: Record<string, SecretKey>): core.v1.VolumeProjection[] {
  const below = Object.entries(refs).filter(([path]) => isBelow(path, directory));
  const names = [...new Set(below.map(([, { secret }]) => secret))].sort();
  return names.map((name) => ({
    secret: {
      name,
      items: below
        .filter(([, { secret }]) => secret === name)
        .map(([path, { secret, key, ...rest }]) => {
          rest satisfies Record<string, never>;
          void secret;
          return { key, path: posix.relative(directory, path) };
        })
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    },
  }));
}

/** Shows that a file changed. */
export function filesHash(files: Record<string, Input<string>>): Output<string> {
  return hashed(files, (parts) => digest(parts));
}

/** Keyed, so that an annotation shows that a secret changed without helping to guess it; hence it needn't be secret itself. */
export function secretsHash(secrets: Record<string, Input<string>>, key: Input<string>): Output<string> {
  return unsecret(
    all([key, hashed(secrets, (parts) => digest(parts))]).apply(([known, plain]) =>
      createHmac("sha256", known).update(plain).digest("hex").slice(0, 32),
    ),
  );
}

function hashed(record: Record<string, Input<string>>, hash: (parts: string[]) => string): Output<string> {
  const paths = Object.keys(record).sort();
  const texts = all(paths.map((path) => record[path] as Input<string>));
  return texts.apply((known) => hash(paths.flatMap((path, index) => [path, known[index] as string])).slice(0, 32));
}
