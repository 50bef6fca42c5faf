/** Child processes of an installation: everything they say goes to the log, the last line to whoever watches. */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { ToolchainError } from "./errors.ts";

const SHOWN_LINES = 15;
/** Far longer than the slowest build on one old core; a command that hangs ends all the same. */
const LONGEST_MS = 60 * 60_000;

export interface CommandOptions {
  log: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** What to do when it fails. */
  remedy: string;
}

/** Runs a command to its end and returns what it wrote to stdout; a failure carries the last lines. */
export async function command(program: string, args: string[], options: CommandOptions): Promise<string> {
  const line = [program, ...args].join(" ");
  appendFileSync(options.log, `$ ${line}\n`);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST_MS,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const said: string[] = [];
  let stdout = "";
  const listen = (text: string) => {
    appendFileSync(options.log, `${text}\n`);
    said.push(text);
    options.onLine?.(text);
  };
  createInterface({ input: child.stderr }).on("line", listen);
  createInterface({ input: child.stdout }).on("line", (text) => {
    stdout += `${text}\n`;
    listen(text);
  });
  const end = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? String(code)));
  });
  if (end === "0") return stdout;
  throw new ToolchainError({
    what: `a command failed: ${line}`,
    given: `exit ${end}; its last lines:\n${said
      .slice(-SHOWN_LINES)
      .map((text) => `    | ${text}`)
      .join("\n")}`,
    allowed: "exit 0",
    remedy: `${options.remedy}; all it said is in ${options.log}`,
  });
}
