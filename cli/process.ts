/** Child processes: every one is bounded in time, logged in full, and reported with the command that reproduces it. */
import { type SpawnOptions, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds; the process group is killed when they have passed. */
  timeout: number;
  /** Full output goes here, appended. */
  log?: string;
  /** Which lines may stand in the log; all of them by default. */
  mayLog?: (line: string) => boolean;
  onLine?: (line: string, from: "stdout" | "stderr") => void;
  /** Sent to standard input; without it standard input is empty. */
  input?: string | Readable;
}

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

export class CommandFailed extends Error {
  readonly command: string;
  readonly finished: Finished;
  constructor(command: string, finished: Finished, reason: string) {
    super(`${command}: ${reason}`);
    this.name = "CommandFailed";
    this.command = command;
    this.finished = finished;
  }
}

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

export const commandLine = (command: string, args: string[]): string => [command, ...args].map(quote).join(" ");

/** Children that must not outlive this program; main.ts ends them on a signal. */
export const running = new Set<ReturnType<typeof spawn>>();

/** The child and all that it started. */
export function signalGroup(child: ReturnType<typeof spawn>, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Runs to the end and returns whatever the exit code was. Throws only when it can't be started or runs out of time. */
export function run(command: string, args: string[], options: RunOptions): Promise<Finished> {
  const line = commandLine(command, args);
  if (options.log !== undefined) appendFileSync(options.log, `$ ${line}\n`);
  const spawnOptions: SpawnOptions = {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    // A group of its own: a terminal's Ctrl-C would otherwise reach the child twice, and Pulumi takes a second one as "at once".
    detached: true,
  };
  return new Promise((resolvePromise, reject) => {
    const child = spawn(command, args, spawnOptions);
    running.add(child);
    const out = { stdout: "", stderr: "" };
    const readers = (["stdout", "stderr"] as const).map((from) => collect(child[from] as Readable, from, out, options));
    feed(child.stdin, options.input);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      signalGroup(child, "SIGTERM");
      setTimeout(() => signalGroup(child, "SIGKILL"), 10_000).unref();
    }, options.timeout);
    child.once("error", (error) => {
      clearTimeout(timer);
      running.delete(child);
      reject(new CommandFailed(line, { code: 127, ...out }, error.message));
    });
    child.once("close", async (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      await Promise.all(readers);
      const finished = { code: code ?? (signal === "SIGINT" ? 130 : 143), ...out };
      if (timedOut) reject(new CommandFailed(line, finished, `no end after ${options.timeout / 1000} s`));
      else resolvePromise(finished);
    });
  });
}

/** Like `run`, and an exit code other than 0 is an error that carries the last lines. */
export async function runOk(command: string, args: string[], options: RunOptions): Promise<Finished> {
  const finished = await run(command, args, options);
  if (finished.code === 0) return finished;
  throw new CommandFailed(commandLine(command, args), finished, `exit code ${finished.code}`);
}

/** Gathers a stream by lines, as `run` does with a child's. */
export async function collect(
  stream: Readable,
  from: "stdout" | "stderr",
  out: { stdout: string; stderr: string },
  options: Pick<RunOptions, "log" | "mayLog" | "onLine">,
): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    out[from] += `${line}\n`;
    if (options.log !== undefined && (options.mayLog?.(line) ?? true)) appendFileSync(options.log, `${line}\n`);
    options.onLine?.(line, from);
  }
}

function feed(stdin: NodeJS.WritableStream | null, input: string | Readable | undefined): void {
  if (stdin === null || input === undefined) return;
  // A child that ends early closes its input; its exit code tells why, not the broken pipe.
  stdin.on("error", () => undefined);
  if (typeof input === "string") stdin.end(input);
  else input.pipe(stdin);
}

/** The last lines that say something, for an error message. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
