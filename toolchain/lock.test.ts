import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { take, withLock } from "./lock.ts";

describe("the installation lock", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    file = join(folder, "lock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is refused while its holder lives", () => {
    expect(take(file)).toBeUndefined();
    expect(take(file)).toBe(process.pid);
  });

  it("is taken over from a process that is gone, and from a torn file", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(file, `${pid}\n`);
    expect(take(file)).toBeUndefined();
    writeFileSync(file, "");
    expect(take(file)).toBeUndefined();
  });

  it("lets one work at a time and is given back, also after a failure", async () => {
    let inside = 0;
    let most = 0;
    const waited: number[] = [];
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(20);
      inside--;
      throw new Error("on purpose");
    };
    const runs = [1, 2, 3].map(() => withLock(file, (holder) => waited.push(holder), work));
    const results = await Promise.allSettled(runs);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(most).toBe(1);
    expect(new Set(waited)).toEqual(new Set([process.pid]));
    expect(existsSync(file)).toBe(false);
  });
});
