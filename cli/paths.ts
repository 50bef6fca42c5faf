/** Where things live: the checkout, and the per-user state, which must be kept. */
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout that this program belongs to, whatever the working directory is. */
export const projectRoot = resolve(import.meta.dirname, "..");

export const stateDir = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "cipherhorizon");

export const stackDir = (stack: string): string => join(stateDir(), "stacks", stack);

/** There is one lab for each user. */
export const labHome = (): string => join(stateDir(), "lab");

/** A fresh log file for one run of a command; its folder is made, private to the user. */
export function newLogFile(command: string, now: Date = new Date()): string {
  const dir = join(stateDir(), "logs");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return join(dir, `${now.toISOString().replaceAll(":", "-")}-${command}.log`);
}
