import { type ChildProcess, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prune } from "./prune.ts";

const DAY = 24 * 60 * 60;
const onLinux = existsSync("/proc/self/exe");

let cache: string;
let children: ChildProcess[];

beforeEach(() => {
  cache = realpathSync(mkdtempSync(join(tmpdir(), "prune-")));
  mkdirSync(join(cache, "parts"));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill();
  rmSync(cache, { recursive: true });
});

const setAge = (path: string, days: number) =>
  utimesSync(path, Date.now() / 1000 - days * DAY, Date.now() / 1000 - days * DAY);

function part(name: string, days: number): string {
  const folder = join(cache, "parts", name);
  mkdirSync(folder);
  writeFileSync(join(folder, "pulumi"), name);
  setAge(folder, days);
  return folder;
}

function toolchain(name: string, days: number, made: string): string {
  const folder = join(cache, name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  linkSync(join(made, "pulumi"), join(folder, "bin", "pulumi"));
  writeFileSync(join(folder, "origin.json"), "{}");
  setAge(folder, days);
  return folder;
}

const left = (...path: string[]) => readdirSync(join(cache, ...path)).sort();

/** A process that has begun to run the given program. */
async function runs(program: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(program, ["60"], { env, stdio: "ignore" });
  children.push(child);
  await new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
}

describe("old toolchains", () => {
  it("go with their parts, but for the current and the one used before it", () => {
    const shared = part("shared", 40);
    toolchain("oldest", 30, part("one", 30));
    toolchain("older", 20, shared);
    toolchain("previous", 10, part("three", 20));
    const current = toolchain("current", 0, shared);
    expect(prune(cache, current).sort()).toEqual(["oldest", "older", "one"].sort());
    expect(left()).toEqual(["current", "parts", "previous"]);
    expect(left("parts")).toEqual(["shared", "three"]);
    expect(prune(cache, current)).toEqual([]);
  });

  it("stay where they were used within a day", () => {
    for (const [name, days] of Object.entries({ a: 0.1, b: 0.5, c: 0.9 })) toolchain(name, days, part(`of-${name}`, 9));
    const current = toolchain("current", 0, part("new", 0));
    expect(prune(cache, current)).toEqual([]);
  });

  it.runIf(onLinux)("stay where a process runs their programs or has them in its environment", async () => {
    const sleep = realpathSync("/bin/sleep");
    const program = toolchain("program", 30, part("one", 30));
    copyFileSync(sleep, join(program, "bin", "sleep"));
    toolchain("environment", 30, part("two", 30));
    toolchain("nobody", 30, part("three", 30));
    toolchain("previous", 10, part("four", 30));
    const current = toolchain("current", 0, part("five", 0));
    setAge(program, 30);
    await runs(join(program, "bin", "sleep"));
    await runs(sleep, { PULUMI_HOME: join(cache, "environment", "home") });
    expect(prune(cache, current).sort()).toEqual(["nobody", "three"]);
    expect(left("parts")).toEqual(["five", "four", "one", "two"]);
  });

  it("are told from what somebody is making, what a failed run made, and what isn't ours", () => {
    const current = toolchain("current", 5, part("new", 5));
    mkdirSync(join(cache, "go-build"));
    part("tmp-pulumi-x", 30); // being made
    part("made-before-a-failure", 0.5); // the next run continues with it
    for (const name of ["go-build", "parts/tmp-pulumi-x"]) setAge(join(cache, name), 30);
    expect(prune(cache, current)).toEqual([]);
    expect(left()).toEqual(["current", "go-build", "parts"]);
  });
});
