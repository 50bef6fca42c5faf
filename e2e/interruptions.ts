/** An `up` is broken off at several points; the same command, run again, gets there and leaves nothing of the broken one. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { isDead, type Lock, readLocks } from "../cli/stack/locks.ts";
import { root } from "./checkout.ts";
import { horizonOk, inspectRunning, inventory, stack } from "./horizon.ts";
import { eventually } from "./wait.ts";

export function startUp(...options: string[]): ChildProcess {
  const args = ["--yes", ...options, "up"];
  return spawn(join(root, "horizon"), args, { cwd: root, stdio: "ignore", detached: true });
}

/** Runs of Pulumi that are under way. */
const holders = (of = stack): Lock[] => readLocks(of).filter((lock) => !isDead(lock));

/** `horizon` and what it started: Pulumi with its plugins and the program, which have a group of their own. */
export async function killEverything(child: ChildProcess, of = stack): Promise<void> {
  for (const { pid } of holders(of)) process.kill(-pid, "SIGKILL");
  interrupt(child, "SIGKILL");
  await ended(child);
}

/** An `up` that has come as far as that many containers. */
export async function upWith(made: number): Promise<ChildProcess> {
  const child = startUp("--stack", stack);
  const look = async (): Promise<true | undefined> => {
    if (child.exitCode !== null) throw new Error("up ended before it was interrupted");
    return holders().length > 0 && (await containersMade()) >= made ? true : undefined;
  };
  await eventually(`${made} containers`, look, 180_000);
  return child;
}

/** Whatever is half-made then is in no state. */
export async function killedUp(made: number): Promise<void> {
  const child = await upWith(made);
  await killEverything(child);
}

const containersMade = async (): Promise<number> => (await inventory()).containers?.length ?? 0;

/** The whole group for Ctrl-C, as a terminal does; only the tool itself for a kill. */
function interrupt(child: ChildProcess, signal: "SIGINT" | "SIGKILL"): void {
  if (child.pid !== undefined) process.kill(signal === "SIGINT" ? -child.pid : child.pid, signal);
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode === null && child.signalCode === null) child.once("close", resolve);
    else resolve(child.exitCode);
  });

type Stop = "SIGINT" | "SIGKILL" | "all";

/** How far the run has come, in containers, and how it is broken off. Each takes up what the one before left. */
const breaks: [made: number, stop: Stop][] = [
  [1, "SIGINT"],
  [12, "SIGINT"],
  [16, "SIGKILL"],
  [20, "all"],
];

async function breakOff(made: number, stop: Stop): Promise<void> {
  const child = await upWith(made);
  if (stop === "all") await killEverything(child);
  else interrupt(child, stop);
  await Promise.race([ended(child), sleep(120_000)]);
  if (stop === "SIGINT") expect(child.exitCode).toBe(130);
}

export function interruptions(): void {
  it("Ctrl-C early and late, a kill of the tool, a kill of Pulumi and its plugins too: the same command gets there", async () => {
    const before = await inventory();
    await horizonOk(["down", "--keep-data"]);
    for (const [made, stop] of breaks) await breakOff(made, stop);
    await horizonOk(["up"]);
    const healths = (await inspectRunning()).map(({ State }) => State.Health?.Status);
    expect(healths.filter((health) => health !== "healthy")).toEqual([]);
    const after = await inventory();
    // Names of images and of files' volumes hold a version that may be new.
    const stable = ({ containers, networks }: typeof after) => ({ containers, networks });
    expect(stable(after)).toEqual(stable(before));
    expect(after.volumes).toHaveLength(before.volumes?.length ?? 0);
    expect(after.images).toHaveLength(before.images?.length ?? 0);
  }, 900_000);

  it("and the audit passes", async () => {
    expect(JSON.parse(await horizonOk(["audit", "--json"]))).toMatchObject({ violations: [] });
  });
}
