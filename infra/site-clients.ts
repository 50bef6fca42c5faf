/**
 * What the host's package clients are set to, as the environment of a build. Only settings that differ from a client's
 * own default are passed on; a default is found by asking the client without its configuration, so that no registry
 * is named here.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Environment = Record<string, string | undefined>;

const TIMEOUT_MS = 20_000;
const PROXIES = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
const GO = ["GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB"];

export function clientSettings(env: Environment = process.env): Record<string, string> {
  const home = env.HOME ?? "";
  const settings: Environment = {
    ...Object.fromEntries(PROXIES.map((name) => [name, env[name]])),
    ...goSettings(env),
    npm_config_registry: npmRegistry(env),
    ...pipSettings(ask(env, "pip", ["config", "list"]) ?? ask(env, "pip3", ["config", "list"]) ?? "", env),
    HORIZON_CARGO_CONFIG: encode(cargoSources(read(join(env.CARGO_HOME ?? join(home, ".cargo"), "config.toml")))),
    MAVEN_SETTINGS: encode(read(join(home, ".m2", "settings.xml"))),
  };
  return Object.fromEntries(Object.entries(settings).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** A file that a shell can source. */
export function renderEnvironment(settings: Record<string, string>): string {
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}

function goSettings(env: Environment): Environment {
  const chosen = ask(env, "go", ["env", ...GO])?.split("\n");
  const bare = { ...env, ...Object.fromEntries(GO.map((name) => [name, undefined])), GOENV: "off" };
  const defaults = ask(bare, "go", ["env", ...GO])?.split("\n");
  if (!chosen || !defaults) return Object.fromEntries(GO.map((name) => [name, env[name]]));
  return Object.fromEntries(GO.map((name, i) => [name, chosen[i] === defaults[i] ? undefined : chosen[i]]));
}

function npmRegistry(env: Environment): string | undefined {
  const query = ["config", "get", "registry"];
  const chosen = ask(env, "npm", query)?.trim();
  const bare = { ...env, npm_config_registry: undefined, NPM_CONFIG_REGISTRY: undefined };
  // Two names for no file: npm refuses to read one file as both.
  const standard = ask(bare, "npm", [...query, "--userconfig=/dev/null", "--globalconfig=/dev/null/none"])?.trim();
  return chosen === standard ? undefined : chosen;
}

/** From `pip config list`, whose lines read `global.index-url='…'` or `:env:.index-url='…'`; the environment wins. */
export function pipSettings(list: string, env: Environment): Environment {
  const found: Environment = {};
  for (const option of ["index-url", "extra-index-url", "trusted-host"]) {
    const name = `PIP_${option.toUpperCase().replaceAll("-", "_")}`;
    const lines = [...list.matchAll(new RegExp(`^(\\S*?)\\.${option}='(.*)'$`, "gm"))];
    const line = lines.find((match) => match[1] === ":env:") ?? lines.at(-1);
    found[name] = env[name] ?? line?.[2]?.replaceAll("\\n", " ").trim();
  }
  return found;
}

/** The tables of a Cargo configuration that say where crates come from; everything else there belongs to the host. */
export function cargoSources(toml: string | undefined): string | undefined {
  if (!toml) return undefined;
  let keep = false;
  const lines = toml.split("\n").filter((line) => {
    const header = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) keep = /^(source|registries|registry)(\.|$)/.test(header.trim());
    return keep && line.trim() !== "";
  });
  return lines.length > 0 ? `${lines.join("\n")}\n` : undefined;
}

function ask(env: Environment, command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, {
      env: env as NodeJS.ProcessEnv,
      encoding: "utf8",
      timeout: TIMEOUT_MS,
      cwd: "/", // A project's own settings are not the host's.
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return undefined; // Not installed, or without an opinion: nothing to pass on.
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function encode(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString("base64");
}
