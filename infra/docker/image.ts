/** Images: built from a folder, or pulled by digest. Either way the preview knows by a hash whether the content changes. */

import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join, posix, relative } from "node:path";
import type { RemoteImageArgs } from "@pulumi/docker";
import { type Input, interpolate } from "@pulumi/pulumi";
import { UserError } from "../errors.ts";
import { labels } from "../labels.ts";
import { digest, product } from "../names.ts";
import type { ServiceSource } from "../platform.ts";
import { buildLog } from "./build-log.ts";
import { ignores } from "./dockerignore.ts";

/** What building takes from the place where the tool runs. */
export interface BuildSite {
  base: { reference: string; content: string };
  /** Files that are mounted for a RUN and never become part of an image: CA bundle, package mirrors, clients' settings. */
  secrets: { ca?: string | undefined; apt?: string | undefined; site?: string | undefined };
}

/**
 * Hash of everything that the build reads: contents, not modes or times, which differ between two checkouts of the same
 * commit. The base image counts; the site's mirrors don't, because they serve the same packages.
 */
export function contentHash(source: ServiceSource, base: BuildSite["base"]): string {
  const rules = [".dockerignore", `${source.dockerfile}.dockerignore`]
    .map((name) => join(source.context, name))
    .filter(existsSync);
  const ignored = ignores(rules.map((path) => readFileSync(path, "utf8")).at(-1) ?? "");
  const files = new Map<string, string>();
  for (const input of [source.dockerfile, ...source.inputs]) collect(source, posix.normalize(input), ignored, files);
  const parts = [...files.keys()].sort().flatMap((path) => [path, files.get(path) as string]);
  const args = Object.entries(source.args ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return digest([base.content, source.dockerfile, source.target ?? "", ...args.flat(), "", ...parts]);
}

function collect(
  source: ServiceSource,
  path: string,
  ignored: (path: string) => boolean,
  into: Map<string, string>,
): void {
  const full = join(source.context, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (!found) throw new UserError(missingInput(source, path));
  // The Dockerfile reaches the engine even where a rule leaves it out.
  if (ignored(path) && path !== source.dockerfile) return;
  if (found.isDirectory()) {
    for (const entry of readdirSync(full)) collect(source, posix.join(path, entry), ignored, into);
  } else {
    into.set(
      path,
      found.isSymbolicLink()
        ? digest(["link", readlinkSync(full)])
        : digest(["file", readFileSync(full).toString("latin1")]),
    );
  }
}

/** The stack is part of the repository's name: two stacks on a host may build the same content and remove it apart. */
export function repository(stack: string, name: string): string {
  return `${product}-${stack}/${name}`;
}

export function toBuiltImage(
  stack: string,
  source: ServiceSource,
  content: string,
  version: Input<string>,
  site: BuildSite,
): RemoteImageArgs {
  const { name, context, dockerfile, inputs, args = {}, target, ...rest } = source;
  rest satisfies Record<string, never>;
  // Said by the hash.
  void inputs;
  return {
    name: interpolate`${repository(stack, name)}:${content.slice(0, 12)}-${version}`,
    triggers: { content },
    build: {
      // Relative to the project, so that a checkout elsewhere doesn't rebuild.
      context: relative(process.cwd(), context) || ".",
      dockerfile,
      ...(target !== undefined && { target }),
      buildArgs: { BASE: site.base.reference, REVISION: content.slice(0, 12), ...args },
      secrets: Object.entries(site.secrets)
        .filter(([, src]) => src !== undefined)
        .map(([id, src]) => ({ id, src: src as string })),
      networkMode: "host",
      builder: "default",
      buildLogFile: buildLog(name),
      labels: { ...labels(stack, name), "cipherhorizon.image": content },
    },
  };
}

/** Kept when the stack goes: pulled images are shared with whatever else runs on the host. */
export function toPulledImage(reference: string): RemoteImageArgs {
  return { name: reference, keepLocally: true };
}

function missingInput(source: ServiceSource, path: string) {
  return {
    where: `image ${source.name}`,
    what: "an input of the build doesn't exist",
    given: path,
    allowed: `files and folders below ${relative(process.cwd(), source.context) || "."}`,
    remedy: "restore the file, or correct the list of inputs",
  };
}
