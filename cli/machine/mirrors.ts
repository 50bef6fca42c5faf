/** Where this host's package clients get their packages, in the form in which a build takes it. Nothing is assumed: only what is set is passed on. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../process.ts";

/** The output of a client's question about its own settings; empty where the client is not here. */
async function asked(command: string, args: string[]): Promise<string> {
  const finished = await run(command, args, { timeout: 20_000 }).catch(() => undefined);
  return finished?.code === 0 ? finished.stdout.trim() : "";
}

/** Debian's archive and its security archive as this host's apt knows them; undefined on hosts of another distribution. */
export function debianMirrors(sites: string): { main: string; security: string } | undefined {
  const all = [...new Set(sites.split("\n").filter((line) => line !== ""))];
  const security = all.find((site) => /debian-security\/?$/.test(site));
  const main = all.find((site) => /debian\/?$/.test(site));
  return main === undefined ? undefined : { main, security: security ?? main.replace(/debian\/?$/, "debian-security") };
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Sources of the suite that all images are built from, in apt's deb822 form. */
export function aptSources(mirrors: { main: string; security: string }, suite = "trixie"): string {
  const stanza = (uri: string, suites: string): string =>
    ["Types: deb", `URIs: ${uri}`, `Suites: ${suites}`, "Components: main", `Signed-By: ${keyring}`].join("\n");
  return `${stanza(mirrors.main, `${suite} ${suite}-updates`)}\n\n${stanza(mirrors.security, `${suite}-security`)}\n`;
}

export async function readAptSources(): Promise<string | undefined> {
  const mirrors = debianMirrors(await asked("apt-get", ["indextargets", "--format", "$(SITE)"]));
  return mirrors === undefined ? undefined : aptSources(mirrors);
}

const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** A file that a build's shell reads with `.`: one KEY='value' a line, sorted. */
export const toEnvFile = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${quoted(value)}\n`)
    .join("");

const goVariables = ["GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE"];

/** Settings that differ from the clients' defaults. */
export async function readClientSettings(env: NodeJS.ProcessEnv = process.env): Promise<Record<string, string>> {
  const [go, pip] = await Promise.all([
    asked("go", ["env", "-changed", "-json"]),
    asked("python3", ["-m", "pip", "config", "get", "global.index-url"]),
  ]);
  const changed = go === "" ? {} : (JSON.parse(go) as Record<string, string>);
  const settings = Object.fromEntries(goVariables.map((name) => [name, env[name] ?? changed[name] ?? ""]));
  const proxies = ["http_proxy", "https_proxy", "no_proxy"].map((name) => [
    name,
    env[name] ?? env[name.toUpperCase()] ?? "",
  ]);
  const maven = join(homedir(), ".m2", "settings.xml");
  return {
    ...settings,
    ...Object.fromEntries(proxies),
    PIP_INDEX_URL: env["PIP_INDEX_URL"] ?? pip,
    MAVEN_SETTINGS: existsSync(maven) ? readFileSync(maven).toString("base64") : "",
  };
}
