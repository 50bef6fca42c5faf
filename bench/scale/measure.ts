/** What a command takes, with all that it starts: time, processor time and memory, by reading /proc while it runs. Linux only. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readdirSync, readFileSync } from "node:fs";

export interface Taken {
  seconds: number;
  /** Processor seconds, of all processes together. */
  cpu: number;
  /** MiB at the highest moment, all processes together; pages that they share count for each. */
  memory: number;
}

interface Process {
  parent: number;
  cpu: number;
  pages: number;
}

const interval = 200;
const ticks = 100;
const page = 4096;

/** Fields of /proc/PID/stat after the name, which may hold anything but ends with the last parenthesis. */
function read(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [parent = 0, user = 0, system = 0, pages = 0] = [fields[1], fields[11], fields[12], fields[21]];
    return { parent, cpu: (user + system) / ticks, pages };
  } catch {
    return undefined;
  }
}

/** The process and its descendants. */
function family(root: number): Map<number, Process> {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const all = new Map(pids.flatMap((pid) => ((found) => (found ? [[Number(pid), found] as const] : []))(read(pid))));
  const belongs = (pid: number): boolean => pid === root || (all.has(pid) && belongs(all.get(pid)?.parent ?? 0));
  return new Map([...all].filter(([pid]) => belongs(pid)));
}

/** Throws where the command fails; its output is in the log. */
export async function measure(
  command: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; log: string },
): Promise<Taken> {
  const began = performance.now();
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(options.log, { flags: "a" });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const cpu = new Map<number, number>();
  let memory = 0;
  const timer = setInterval(() => {
    const now = family(child.pid ?? -1);
    for (const [pid, { cpu: used }] of now) cpu.set(pid, used);
    memory = Math.max(
      memory,
      [...now.values()].reduce((sum, { pages }) => sum + pages, 0),
    );
  }, interval);
  const [code] = (await once(child, "close")) as [number];
  clearInterval(timer);
  log.end();
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${code}, see ${options.log}`);
  return {
    seconds: (performance.now() - began) / 1000,
    cpu: [...cpu.values()].reduce((sum, used) => sum + used, 0),
    memory: (memory * page) / 2 ** 20,
  };
}
