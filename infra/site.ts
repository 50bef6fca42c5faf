/**
 * What the place where the tool runs can reach, as `horizon` found it. The program only reads it: looking again during a preview
 * could change the answer between a preview and its update.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { UserError } from "./errors.ts";

export const SITE_FILE_VARIABLE = "HORIZON_SITE_FILE";

const schema = z.strictObject({
  /** `internet`: images are pulled by digest. `packages`: no image registry answers, so they are built. */
  site: z.enum(["internet", "packages"]),
  /** What every image of ours is built from. `content` identifies it where `reference` is only a tag. */
  base: z.strictObject({ reference: z.string(), content: z.string() }),
  /** Files mounted for single build steps, never part of an image; absent where the host has no such setting. */
  secrets: z.strictObject({ ca: z.string().optional(), apt: z.string().optional(), site: z.string().optional() }),
  /** Why this site was chosen, for people. */
  reason: z.string().optional(),
});

export type Site = z.output<typeof schema>;
export type SiteKind = Site["site"];

/** Parses the facts as written; throws a UserError when they are not whole. */
function parseSite(text: string, file: string): Site {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw unusable(file, error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}

export function readSite(file: string | undefined = process.env[SITE_FILE_VARIABLE]): Site {
  if (file === undefined || file === "") throw unusable(SITE_FILE_VARIABLE, "not set");
  if (!existsSync(file)) throw unusable(SITE_FILE_VARIABLE, `${file}, which does not exist`);
  return parseSite(readFileSync(file, "utf8"), file);
}

/** Readable by the user alone, and whole at any moment. */
export function writeSite(site: Site, file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(site, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

const unusable = (where: string, given: string): UserError =>
  new UserError({
    where,
    what: "the program does not know what this site can reach",
    given,
    allowed: "the file of facts that horizon writes",
    remedy: 'run: eval "$(./horizon env)"',
  });
