/** The facts of this site for one stack: found once, then kept, so that a registry's silent minute replaces no container. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ensureBase } from "../../images/base/build.ts";
import { readSite, type Site } from "../../infra/site.ts";
import { findSite, upstreamBase } from "../../infra/site-find.ts";
import { stackDir } from "../paths.ts";
import { run } from "../process.ts";
import type { Report } from "../progress.ts";

export const siteFile = (stack: string): string => join(stackDir(stack), "site.json");

/** Mirrors and certificates are looked up again after this; what was chosen between pulling and building stays. */
const freshFor = 3_600_000;

export async function ensureSite(stack: string, report: Report): Promise<Site> {
  const file = siteFile(stack);
  const known = existsSync(file) ? readSite(file) : undefined;
  const fresh = known !== undefined && Date.now() - statSync(file).mtimeMs < freshFor;
  if (fresh && (known.site === "internet" || (await hasImage(known.base.reference)))) return known;
  report("the image registry and the package clients' settings");
  // HORIZON_SITE, where a user sets it, goes before what was chosen earlier.
  const wanted = process.env["HORIZON_SITE"] ? undefined : known?.site;
  const { site } = await findSite({ stateDir: stackDir(stack), ensureBase, wanted, log: report });
  return site;
}

/** What was found for the stack; before that, a site that reaches the image registry: what is only written down needs neither. */
export function knownSite(stack: string): Site {
  const file = siteFile(stack);
  return existsSync(file) ? readSite(file) : { site: "internet", base: upstreamBase(), secrets: {} };
}

async function hasImage(reference: string): Promise<boolean> {
  const finished = await run("docker", ["image", "inspect", "--format", "{{.Id}}", reference], { timeout: 20_000 });
  return finished.code === 0;
}
