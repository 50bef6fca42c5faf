/**
 * What the place where the tool runs can reach, as `horizon` found it. The program only reads it: looking again during a preview
 * could change the answer between a preview and its update.
 */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "./errors.ts";

export const siteVariable = "HORIZON_SITE_FILE";

const schema = z.strictObject({
  /** Whether the image registry answers, or only package registries do. */
  site: z.enum(["internet", "packages"]),
  /** What every image of ours is built from. `content` identifies it where `reference` is only a tag. */
  base: z.strictObject({ reference: z.string(), content: z.string() }),
  /** Files mounted for single build steps, never part of an image. */
  secrets: z.strictObject({ ca: z.string().optional(), apt: z.string().optional(), site: z.string().optional() }),
});

export type Site = z.output<typeof schema>;

/** Parses the facts as written; throws a UserError when they are not whole. */
export function parseSite(text: string, file: string): Site {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw unusable(file, error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}

export function readSite(env: NodeJS.ProcessEnv = process.env): Site {
  const file = env[siteVariable];
  if (file === undefined || file === "") throw unusable(siteVariable, "not set");
  if (!existsSync(file)) throw unusable(siteVariable, `${file}, which does not exist`);
  return parseSite(readFileSync(file, "utf8"), file);
}

const unusable = (where: string, given: string): UserError =>
  new UserError({
    where,
    what: "the program does not know what this site can reach",
    given,
    allowed: "the file of facts that horizon writes",
    remedy: 'run: eval "$(./horizon env)"',
  });
