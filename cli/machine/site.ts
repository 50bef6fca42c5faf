/** Finds out what this site can reach, once per stack, and writes it down for the program. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBase } from "../../images/base/build.ts";
import { UserError } from "../../infra/errors.ts";
import { images } from "../../infra/images.ts";
import { parseSite, type Site } from "../../infra/site.ts";
import { stackDir } from "../paths.ts";
import { run } from "../process.ts";
import type { Report } from "../progress.ts";
import { readAptSources, readClientSettings, toEnvFile } from "./mirrors.ts";
import { registryAnswers } from "./registry.ts";

export const siteFile = (stack: string): string => join(stackDir(stack), "site", "facts.json");

/** Mirrors and certificates are looked up again after this; what was chosen between pulling and building stays. */
const fresh = 3_600_000;

const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

export async function ensureSite(stack: string, report: Report): Promise<Site> {
  const file = siteFile(stack);
  const known = existsSync(file) ? parseSite(readFileSync(file, "utf8"), file) : undefined;
  const isFresh = known !== undefined && Date.now() - statSync(file).mtimeMs < fresh;
  if (isFresh && (known.site === "internet" || (await hasImage(known.base.reference)))) return known;
  const found = await discover(stack, known?.site, report);
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 });
  return found;
}

async function hasImage(reference: string): Promise<boolean> {
  const finished = await run("docker", ["image", "inspect", "--format", "{{.Id}}", reference], { timeout: 20_000 });
  return finished.code === 0;
}

/** A stack keeps its choice: a registry that is silent for a minute must not replace every container. */
async function discover(stack: string, chosen: Site["site"] | undefined, report: Report): Promise<Site> {
  const dir = join(stackDir(stack), "site");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  report("the image registry");
  const site = chosen ?? ((await registryAnswers()) && pinnedBase() !== undefined ? "internet" : "packages");
  report("the package clients' settings");
  const [apt, settings] = await Promise.all([readAptSources(), readClientSettings()]);
  const secrets = {
    ca: bundles.find(existsSync),
    apt: apt === undefined ? undefined : write(join(dir, "debian.sources"), apt),
    site: write(join(dir, "site.env"), toEnvFile(settings)),
  };
  return { site, base: await base(site, apt, report), secrets };
}

function write(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** The base image by digest, when the table has one. */
function pinnedBase(): string | undefined {
  const { reference, digest } = images.base;
  return digest === "unresolved" ? undefined : `${reference}@${digest}`;
}

async function base(site: Site["site"], apt: string | undefined, report: Report): Promise<Site["base"]> {
  const pinned = pinnedBase();
  if (site === "internet" && pinned !== undefined) return { reference: pinned, content: images.base.digest };
  if (apt === undefined) {
    throw new UserError({
      where: "site",
      what: "neither an image registry nor a Debian mirror can be used",
      given: "a host whose apt knows no Debian archive",
      allowed: "an image registry that answers, or a Debian host with its archive configured",
      remedy: "let the host reach the image registry, or run on Debian",
    });
  }
  report("the Debian base image (about a minute the first time)");
  const { reference, content } = await ensureBase({ sources: apt, log: report });
  return { reference, content };
}
