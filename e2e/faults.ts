/** Kills every container once while the feed runs, and lets the audit judge what became of the records. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Capture } from "./capture.ts";
import { horizonOk, type Inspected, inspectRunning, nameOf } from "./horizon.ts";
import { eventually } from "./wait.ts";

/** As a crash does: from outside the engine, so that it counts as one and the restart policy applies. */
function kill(container: Inspected): void {
  const { Pid } = container.State;
  const comm = readFileSync(`/proc/${Pid}/comm`, "utf8").trim();
  // Only a process that the engine has just named as this container's own is ended.
  if (Pid <= 1) throw new Error(`${nameOf(container)} has no process (${comm})`);
  process.kill(Pid, "SIGKILL");
}

const healthy = async (name: string, restarts: number): Promise<true | undefined> => {
  const found = (await inspectRunning()).find((container) => nameOf(container) === name);
  if (found === undefined) throw new Error(`${name} is gone`);
  const { Status, Health } = found.State;
  if (found.RestartCount > restarts && Status === "running" && Health?.Status === "healthy") return true;
  throw new Error(`${name}: ${Status}, ${Health?.Status}, ${found.RestartCount} restarts`);
};

/** Slow enough for the kills to fall into the replay. Every container is killed in turn; all must be well again, and nothing lost or doubled. */
export function faults(capture: () => Capture): void {
  it("every container killed once while a capture is replayed: all recover, and the audit passes", async () => {
    const { file, ...counts } = capture();
    const replayed = horizonOk(["replay", file, "--speed", "3x", "--json"], { timeout: 900_000 });
    // A failure is judged below, after the last kill; until then it must not count as unhandled.
    replayed.catch(() => undefined);
    for (const container of await inspectRunning()) {
      const name = nameOf(container);
      kill(container);
      await eventually(`${name} to recover`, () => healthy(name, container.RestartCount), 180_000);
    }
    const { replay, audit } = JSON.parse(await replayed) as {
      replay: { frames: Record<string, number> };
      audit: { violations: unknown[]; lost: number; doubled: number };
    };
    expect(replay.frames).toMatchObject(counts);
    expect(audit).toMatchObject({ violations: [], lost: 0, doubled: 0 });
  }, 2_400_000);

  it("the audit still passes over everything since the start", async () => {
    const audit = JSON.parse(await horizonOk(["audit", "--json"])) as { violations: unknown[]; fills: number };
    expect(audit.violations).toEqual([]);
    expect(audit.fills).toBeGreaterThan(0);
  });
}
