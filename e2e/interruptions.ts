/** An `up` is broken off at several points; the same command, run again, gets there and leaves nothing of the broken one. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { root } from "./checkout.ts";
import { horizonOk, inspectRunning, inventory, stack } from "./horizon.ts";
import { eventually } from "./wait.ts";

function startUp(): ChildProcess {
  const args = ["--yes", "--stack", stack, "up"];
  return spawn(join(root, "horizon"), args, { cwd: root, stdio: "ignore", detached: true });
}

const containersMade = async (): Promise<number> => (await inventory()).containers?.length ?? 0;

/** The whole group for Ctrl-C, as a terminal does; only the tool itself for a kill. */
function interrupt(child: ChildProcess, signal: "SIGINT" | "SIGKILL"): void {
  if (child.pid !== undefined) process.kill(signal === "SIGINT" ? -child.pid : child.pid, signal);
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode === null ? child.once("close", resolve) : resolve(child.exitCode)));

export function interruptions(): void {
  it.each([
    ["Ctrl-C", "SIGINT", 1],
    ["Ctrl-C", "SIGINT", 12],
    ["a kill", "SIGKILL", 6],
  ] as const)(
    "%s (%s) once %i containers are made",
    async (_, signal, made) => {
      const before = await inventory();
      await horizonOk(["down", "--keep-data"]);
      const child = startUp();
      await eventually(
        `${made} containers`,
        async () => {
          if (child.exitCode !== null) throw new Error("up ended before it was interrupted");
          return (await containersMade()) >= made ? true : undefined;
        },
        180_000,
      );
      interrupt(child, signal);
      await Promise.race([ended(child), sleep(120_000)]);
      if (signal === "SIGINT") expect(child.exitCode).toBe(130);
      await horizonOk(["up"]);
      const healths = (await inspectRunning()).map(({ State }) => State.Health?.Status);
      expect(healths.filter((health) => health !== "healthy")).toEqual([]);
      const after = await inventory();
      // Names of images and of files' volumes hold a version that may be new.
      const stable = ({ containers, networks }: typeof after) => ({ containers, networks });
      expect(stable(after)).toEqual(stable(before));
      expect(after.volumes).toHaveLength(before.volumes?.length ?? 0);
    },
    600_000,
  );

  it("after all of them the audit passes", async () => {
    expect(JSON.parse(await horizonOk(["audit", "--json"]))).toMatchObject({ violations: [] });
  });
}
