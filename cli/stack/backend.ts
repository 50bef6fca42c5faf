/** Where a stack keeps its state and how its secrets are encrypted. Local stacks are asked nothing; the others bring their own. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot, stackDir, stateDir } from "../paths.ts";

/** Stacks whose state and passphrase live in the user's state directory unless the environment says otherwise. */
const localStacks: ReadonlySet<string> = new Set(["dev", "test"]);

export const configFile = (stack: string): string => join(projectRoot, `Pulumi.${stack}.yaml`);

/** How a configuration begins that was made for a lab (lab.ts). */
export const labMark = "# Made by horizon";

/** A stack of its own beside the one it is made from, so that the two can't be mistaken for each other. */
export function isLab(stack: string): boolean {
  const file = configFile(stack);
  return existsSync(file) && readFileSync(file, "utf8").startsWith(labMark);
}

/** What the caller set by hand. A shell that took `horizon env` for one local stack must not lend its state to another. */
function chosen(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value?.replace(/^file:\/\//, "").startsWith(join(stateDir(env), "stacks")) ? undefined : value;
}

/** A lab's always: a shell that is set up for production must not lend it production's state. */
export const isLocal = (stack: string, env: NodeJS.ProcessEnv = process.env): boolean =>
  isLab(stack) || (localStacks.has(stack) && chosen(env, "PULUMI_BACKEND_URL") === undefined);

/** The state folder of a local stack; Pulumi puts `.pulumi/` into it. */
export const localStateDir = (stack: string): string => join(stackDir(stack), "state");

const passphraseFile = (stack: string): string => join(stackDir(stack), "passphrase");

/**
 * The environment that tells Pulumi which backend and passphrase to use. What the caller's environment says wins, except for a lab.
 * A stack that is not local may name its backend in its configuration (`horizon:backend`); its secrets provider is
 * Pulumi's own `secretsprovider` key there.
 */
export function backendEnv(stack: string, env: NodeJS.ProcessEnv = process.env): Record<string, string | undefined> {
  if (isLocal(stack, env))
    return { PULUMI_BACKEND_URL: `file://${localStateDir(stack)}`, ...passphraseEnv(stack, env) };
  const url = chosen(env, "PULUMI_BACKEND_URL") ?? backendFromConfig(stack);
  return url === undefined ? {} : { PULUMI_BACKEND_URL: url };
}

function passphraseEnv(stack: string, env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  if (isLab(stack))
    return { PULUMI_CONFIG_PASSPHRASE: undefined, PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(stack) };
  const given = env["PULUMI_CONFIG_PASSPHRASE"] ?? chosen(env, "PULUMI_CONFIG_PASSPHRASE_FILE");
  return given === undefined ? { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(stack) } : {};
}

function backendFromConfig(stack: string): string | undefined {
  if (!existsSync(configFile(stack))) return undefined;
  const file = parse(readFileSync(configFile(stack), "utf8")) as { config?: Record<string, unknown> } | null;
  const url = file?.config?.["horizon:backend"];
  return typeof url === "string" ? url : undefined;
}

/** Makes the folders and the passphrase of a local stack; what is there is kept. Returns whether the passphrase is new. */
export function ensureBackend(stack: string): boolean {
  if (!isLocal(stack)) return false;
  mkdirSync(localStateDir(stack), { recursive: true, mode: 0o700 });
  if (existsSync(passphraseFile(stack))) return false;
  // `wx`: two first runs at once must not give one of them a passphrase that the other overwrites.
  writeFileSync(passphraseFile(stack), randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  return true;
}
