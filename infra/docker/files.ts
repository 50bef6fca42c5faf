/**
 * Files and secrets reach a container with a read-only root through volumes that a second container fills: the engine
 * can copy into it because it is created, never started, and its own root is writable.
 */
import { createHmac } from "node:crypto";
import type { ContainerArgs } from "@pulumi/docker";
import type { Input, Output } from "@pulumi/pulumi";
import { all, output, secret, unsecret } from "@pulumi/pulumi";
import { UserError } from "../errors.ts";
import { labels } from "../labels.ts";
import { contents } from "../mounts.ts";
import { objectName } from "../names.ts";
import type { Workload } from "../workload.ts";
import { contentLabel, labelList } from "./labels.ts";

/** A directory and the volume that is mounted there. */
export interface Mounted {
  directory: string;
  volume: Input<string>;
}

interface Held {
  path: string;
  secret: boolean;
  content: Input<string>;
}

function held(w: Workload): Held[] {
  return contents(w).map((entry) => {
    const content = (entry.secret ? w.secrets : w.files)?.[entry.path] as Input<string>;
    return { ...entry, content };
  });
}

/**
 * Keyed, so that a label shows that a secret changed without helping to guess it; hence it needn't be secret itself.
 * The image counts, because an empty volume starts with what the image has in that directory.
 */
export function contentHash(w: Workload, key: Input<string>): Output<string> {
  const entries = held(w);
  return unsecret(
    all([key, all(entries.map(({ content }) => content))]).apply(([known, texts]) => {
      const hash = createHmac("sha256", known).update(w.image.content);
      entries.forEach(({ path }, index) => {
        const text = texts[index] as string;
        if (text === "") throw new UserError(emptyFile(w, path));
        for (const part of [path, text]) hash.update(`${Buffer.byteLength(part)}:`).update(part);
      });
      return hash.digest("hex").slice(0, 32);
    }),
  );
}

export function toFiller(stack: string, w: Workload, hash: Input<string>, mounted: readonly Mounted[]): ContainerArgs {
  return {
    name: objectName(stack, w.name, "files"),
    image: w.image.reference,
    // Never runs; a name that no image has, so that starting it by hand fails at once instead of running a second broker.
    entrypoints: ["/holds-files-only"],
    start: false,
    mustRun: false,
    networkMode: "none",
    user: `${w.user}:${w.group ?? w.user}`,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: 16,
    memorySwap: 16,
    logDriver: "json-file",
    logOpts: { "max-file": "1", "max-size": "1m" },
    stopTimeout: 1,
    destroyGraceSeconds: 1,
    volumes: mounted.map(({ directory, volume }) => ({ containerPath: directory, volumeName: volume })),
    uploads: held(w).map(({ path, secret: hidden, content }) => ({
      file: path,
      content: hidden ? secret(content) : content,
      permissions: "0444",
    })),
    labels: labelList<Input<string>>({ ...labels(stack, w.name), [contentLabel]: output(hash) }),
  };
}

function emptyFile(w: Workload, path: string) {
  return {
    where: `workload ${w.name}, ${path}`,
    what: "the file is empty, which the engine's provider can't copy",
    given: "no content",
    allowed: "at least one character",
    remedy: "leave the file out, or give it a comment line",
  };
}
