/** Short commands and long-running programs. The latter outlive this program; a file names the process id of each. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "./errors.ts";
import type { Lab } from "./lab.ts";

const POLL_MS = 100;
const LAST_LINES = 12;

export interface Ended {
  /** 127 when it can't be started. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs to the end, at most `seconds`; never throws. */
export function call(
  program: string,
  args: string[],
  options: { input?: string; seconds?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const limits = { timeout: (options.seconds ?? 30) * 1000, maxBuffer: 64 * 1024 ** 2 };
    const child = execFile(program, args, limits, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 127;
      resolve({ code, stdout, stderr: stderr === "" && error !== null ? error.message : stderr });
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}

/** Asks again until the answer is true; the last thing that `ask` reported is what an error names. */
export async function until(
  what: string,
  seconds: number,
  ask: () => Promise<true | string>,
  report: (text: string) => void = () => undefined,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer === true) return;
    report(`${what}: ${answer}`);
    if (Date.now() > end) {
      throw new LabError({
        what: `${what} is not there`,
        given: answer,
        allowed: `within ${seconds} s`,
        remedy: "run the command again, it goes on; the lab's logs are beside its kubeconfig in log/",
      });
    }
    await sleep(POLL_MS);
  }
}

const pidFile = (lab: Lab, name: string): string => join(lab.home, "run", `${name}.pid`);
export const logFile = (lab: Lab, name: string): string => join(lab.home, "log", `${name}.log`);

/** Process id and start time: a number that another process got meanwhile isn't ours. */
function identity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The process id of a program that runs. */
export function pidOf(lab: Lab, name: string): number | undefined {
  if (!existsSync(pidFile(lab, name))) return undefined;
  const kept = readFileSync(pidFile(lab, name), "utf8").trim();
  const pid = Number.parseInt(kept, 10);
  return identity(pid) === kept ? pid : undefined;
}

export function knownPrograms(lab: Lab): string[] {
  if (!existsSync(join(lab.home, "run"))) return [];
  return readdirSync(join(lab.home, "run"))
    .filter((file) => file.endsWith(".pid"))
    .map((file) => file.slice(0, -".pid".length))
    .sort();
}

/** The first child of a process: where `unshare` and `nsenter` fork, it is the program meant. */
export const childOf = (pid: number): number | undefined => {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0];
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
};

/** Starts a program unless it runs; `forks` when the one started is only the way to its child. */
export async function start(
  lab: Lab,
  name: string,
  [program = "", ...args]: string[],
  options: { forks: boolean; env?: NodeJS.ProcessEnv },
): Promise<void> {
  if (pidOf(lab, name) !== undefined) return;
  for (const dir of ["run", "log"]) mkdirSync(join(lab.home, dir), { recursive: true });
  const output = openSync(logFile(lab, name), "a");
  const env = { ...process.env, ...options.env };
  const child = spawn(program, args, { detached: true, stdio: ["ignore", output, output], cwd: "/", env });
  closeSync(output);
  child.unref();
  const problem = await started(child);
  if (problem !== undefined) throw fault(lab, name, problem);
  const pid = child.pid ?? 0;
  let found: number | undefined = options.forks ? undefined : pid;
  await until(`process ${name}`, 10, async () => {
    if (child.exitCode !== null) throw fault(lab, name, `exit code ${child.exitCode}`);
    found ??= childOf(pid);
    return found === undefined ? "starting" : true;
  });
  const written = identity(found ?? 0);
  if (written === undefined) throw fault(lab, name, "ended at once");
  writeFileSync(pidFile(lab, name), `${written}\n`);
}

const started = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    child.once("spawn", () => resolve(undefined));
    child.once("error", (error) => resolve(error.message));
  });

/** What a program that should run said last. */
export function lastWords(lab: Lab, name: string): string {
  const lines = existsSync(logFile(lab, name)) ? readFileSync(logFile(lab, name), "utf8").trimEnd().split("\n") : [];
  return lines
    .slice(-LAST_LINES)
    .map((line) => `\n    | ${line.slice(0, 300)}`)
    .join("");
}

export function fault(lab: Lab, name: string, given: string): LabError {
  return new LabError({
    what: `${name} does not run`,
    given: `${given}${lastWords(lab, name)}`,
    allowed: "a program that goes on running",
    remedy: `run \`horizon lab up\` again; all it said is in ${logFile(lab, name)}`,
  });
}

/** Ends a program: asks first, and after `graceSeconds` does not ask. */
export async function stop(lab: Lab, name: string, graceSeconds = 5): Promise<void> {
  const pid = pidOf(lab, name);
  if (pid !== undefined) {
    signal(pid, "SIGTERM");
    const end = Date.now() + graceSeconds * 1000;
    while (pidOf(lab, name) !== undefined && Date.now() < end) await sleep(POLL_MS);
    if (pidOf(lab, name) !== undefined) signal(pid, "SIGKILL");
    await until(`end of ${name}`, 30, async () => pidOf(lab, name) === undefined || `process ${pid} is still there`);
  }
  rmSync(pidFile(lab, name), { force: true });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
