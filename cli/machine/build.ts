import { readSite } from "../../infra/site.ts";
import type { Context } from "../session.ts";
import { siteFile } from "./site.ts";

/** The arguments of a plain `docker build` that sees the same base, mirrors and certificates as the program's builds. */
export function buildArgs(context: Context): string[] {
  const { base, secrets } = readSite(siteFile(context.stack));
  const mounted = Object.entries(secrets).flatMap(([id, src]) =>
    src === undefined ? [] : ["--secret", `id=${id},src=${src}`],
  );
  return ["build", "--network", "host", "--progress", "plain", "--build-arg", `BASE=${base.reference}`, ...mounted];
}
