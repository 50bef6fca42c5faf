import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clearDeadLocks, isDead, isOrphaned, readLocks } from "./locks.ts";

const lock = { file: "x", pid: 4242, hostname: "here", timestamp: "2026-01-01T00:00:00Z" };

describe("isDead", () => {
  it("is true when the process is gone, or its number belongs to another program", () => {
    expect(isDead(lock, "here", () => undefined)).toBe(true);
    expect(isDead(lock, "here", () => "bash")).toBe(true);
  });

  it("is false for a living pulumi and for any other host", () => {
    expect(isDead(lock, "here", () => "pulumi")).toBe(false);
    expect(isDead(lock, "elsewhere", () => undefined)).toBe(false);
  });
});

describe("locks of a local stack", () => {
  let state = "";
  let dir = "";

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "horizon-locks-"));
    vi.stubEnv("XDG_STATE_HOME", state);
    dir = join(state, "cipherhorizon/stacks/dev/state/.pulumi/locks/organization/cipherhorizon/dev");
    mkdirSync(dir, { recursive: true });
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(state, { recursive: true });
  });

  const write = (name: string, pid: number, host = hostname()): void =>
    writeFileSync(join(dir, name), JSON.stringify({ pid, username: "me", hostname: host, timestamp: lock.timestamp }));

  it("that come or go while they are read are no locks yet, or no more", () => {
    writeFileSync(join(dir, "half.json"), '{"pid":');
    symlinkSync(join(dir, "gone"), join(dir, "gone.json"));
    expect(readLocks("dev")).toEqual([]);
  });

  it("removes those of dead runs and keeps those of other hosts", async () => {
    const child = spawn("true");
    await new Promise((resolve) => child.once("close", resolve));
    write("dead.json", child.pid ?? 0);
    write("far.json", 1, "another-host");
    expect(clearDeadLocks("dev").map(({ pid }) => pid)).toEqual([child.pid]);
    expect(readdirSync(dir)).toEqual(["far.json"]);
    expect(readLocks("dev").some((found) => isOrphaned(found))).toBe(false);
  });

  it("finds none where there is no folder", () => {
    expect(readLocks("other")).toEqual([]);
  });
});
