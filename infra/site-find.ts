/** Finds the facts of this site and leaves them, with the build secrets, in the user's state directory. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "./errors.ts";
import { imageSource, readLock, thirdPartyImage } from "./images.ts";
import { parseReference } from "./images-lock.ts";
import { type Site, type SiteKind, writeSite } from "./site.ts";
import { debianMirrors, trixieSources } from "./site-apt.ts";
import { clientSettings, type Environment, renderEnvironment } from "./site-clients.ts";

const run = promisify(execFile);
const REGISTRY_TIMEOUT_MS = 3_000;
const PULL_TIMEOUT_MS = 180_000;

/** Where Linux distributions keep the bundle of certificates that the host trusts. */
const CA_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

export interface FindSiteOptions {
  /** The user's state directory; `site.json` and `build-secrets/` go there. */
  stateDir: string;
  /** From images/base/build.ts. */
  ensureBase: (options: {
    sources: string;
    log?: (line: string) => void;
  }) => Promise<{ reference: string; content: string }>;
  /** HORIZON_SITE of the environment, or what a test wants. */
  wanted?: SiteKind | undefined;
  env?: Environment;
  log?: (line: string) => void;
}

/** Returns the facts and the file they were written to (what HORIZON_SITE_FILE has to name). */
export async function findSite(options: FindSiteOptions): Promise<{ site: Site; file: string }> {
  const env = options.env ?? process.env;
  const secrets = writeSecrets(join(options.stateDir, "build-secrets"), env);
  const wanted = options.wanted ?? siteKind(env.HORIZON_SITE);
  const answer = wanted ? undefined : await registryAnswer();
  let reason = wanted ? `HORIZON_SITE=${wanted}` : `the image registry ${answer?.detail}`;
  let base: Site["base"] | undefined;
  if (wanted === "internet" || answer?.answers) {
    base = await pullBase().catch((error: Error) => {
      if (wanted) throw error;
      reason = `the image registry answers, but the engine can't pull: ${error.message.split("\n")[0]}`;
      return undefined;
    });
  }
  const kind: SiteKind = base ? "internet" : "packages";
  base ??= await buildBase(options, secrets.apt);
  const site: Site = { site: kind, base, secrets, reason };
  const file = join(options.stateDir, "site.json");
  writeSite(site, file);
  options.log?.(`site: ${kind} (${reason})`);
  return { site, file };
}

/** Whether Docker's registry answers as one: a proxy's error page isn't an answer. */
export async function registryAnswer(
  origin: string = parseReference(thirdPartyImage("base").upstream).origin,
): Promise<{ answers: boolean; detail: string }> {
  try {
    const answer = await fetch(`${origin}/v2/`, { signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS) });
    await answer.body?.cancel();
    const speaks = /registry\/2\.0/.test(answer.headers.get("docker-distribution-api-version") ?? "");
    if (speaks && [200, 401].includes(answer.status)) return { answers: true, detail: "answers" };
    return { answers: false, detail: `is out of reach (HTTP ${answer.status} from something else)` };
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    return { answers: false, detail: `is out of reach (${cause})` };
  }
}

/** The base image where the image registry answers. */
export function upstreamBase(): Site["base"] {
  const source = imageSource(thirdPartyImage("base"), true, readLock());
  if (source.kind !== "pull") throw new Error(source.reason);
  return { reference: source.reference, content: source.digest };
}

async function pullBase(): Promise<Site["base"]> {
  const base = upstreamBase();
  await run("docker", ["pull", "-q", base.reference], { timeout: PULL_TIMEOUT_MS });
  return base;
}

async function buildBase(options: FindSiteOptions, aptFile: string | undefined): Promise<Site["base"]> {
  if (!aptFile) {
    throw new UserError({
      where: "site",
      what: "the base image can't be built",
      given: "no mirror of Debian in this host's apt sources, and no image registry in reach",
      allowed:
        "a Debian mirror in /etc/apt/sources.list.d, or HORIZON_DEBIAN_MIRROR (and HORIZON_DEBIAN_SECURITY_MIRROR)",
      remedy: "set HORIZON_DEBIAN_MIRROR to the address of a mirror that carries Debian trixie",
    });
  }
  const log = options.log ? { log: options.log } : {};
  const base = await options.ensureBase({ sources: readFileSync(aptFile, "utf8"), ...log });
  return { reference: base.reference, content: base.content };
}

/** Writes the three build secrets, readable by the user alone; a setting that the host lacks leaves no file. */
export function writeSecrets(folder: string, env: Environment): Site["secrets"] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const contents = {
    ca: caBundle(env),
    apt: trixieSources(hostMirrors(env)),
    site: renderEnvironment(clientSettings(env)) || undefined,
  };
  const secrets: Site["secrets"] = {};
  for (const [id, content] of Object.entries(contents) as [keyof typeof contents, string | undefined][]) {
    if (content === undefined) continue;
    const path = join(folder, id);
    writeFileSync(path, content, { mode: 0o600 });
    secrets[id] = path;
  }
  return secrets;
}

function hostMirrors(env: Environment) {
  if (env.HORIZON_DEBIAN_MIRROR) {
    return { main: [env.HORIZON_DEBIAN_MIRROR], security: [env.HORIZON_DEBIAN_SECURITY_MIRROR ?? ""].filter(Boolean) };
  }
  const folder = "/etc/apt/sources.list.d";
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const paths = ["/etc/apt/sources.list", ...names.map((name) => join(folder, name))];
  const files = paths.filter((path) => /\.(list|sources)$/.test(path) && existsSync(path));
  return debianMirrors(files.map((path) => ({ path, text: expandMirrorLists(readFileSync(path, "utf8")) })));
}

/** Cloud images name their mirrors in a file of addresses, which a build container doesn't have. */
function expandMirrorLists(text: string): string {
  return text.replace(/mirror\+file:(?:\/\/)?(\/[^\s]+)/g, (whole, path: string) =>
    existsSync(path)
      ? (readFileSync(path, "utf8")
          .match(/^\s*[a-z+]+:\S+/m)?.[0]
          .trim() ?? whole)
      : whole,
  );
}

function caBundle(env: Environment): string | undefined {
  const bundle = [env.SSL_CERT_FILE, ...CA_BUNDLES].find((path) => path && existsSync(path));
  return bundle ? readFileSync(bundle, "utf8") : undefined;
}

function siteKind(value: string | undefined): SiteKind | undefined {
  if (value === undefined || value === "") return undefined;
  if (value === "internet" || value === "packages") return value;
  throw new UserError({
    where: "HORIZON_SITE",
    what: "no such kind of site",
    given: value,
    allowed: "internet, packages, or nothing to let the tool find out",
    remedy: "unset HORIZON_SITE",
  });
}
