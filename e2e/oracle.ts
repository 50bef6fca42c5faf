/** Asks the library that a cluster judges pods with. Built from policies/oracle, once; Go's cache makes the next time short. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { original as root } from "./checkout.ts";

const source = join(root, "policies", "oracle");
const buildLimit = 600_000;
const askLimit = 120_000;

export interface Verdict {
  allowed: boolean;
  checks: string[];
}

function output(command: string, args: string[], timeout: number, input?: string): string {
  const done = spawnSync(command, args, {
    cwd: source,
    env: { ...process.env, CGO_ENABLED: "0" },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    timeout,
    ...(input !== undefined && { input }),
  });
  if (done.status === 0) return done.stdout;
  throw new Error(`${command} ${args.join(" ")}: ${done.error?.message ?? done.stderr}`);
}

export const hasGo = spawnSync("go", ["version"]).status === 0;

export const buildOracle = (binary: string): string =>
  output("go", ["build", "-trimpath", "-o", binary, "."], buildLimit);

/** Names of source files that aren't formatted. */
export const unformatted = (): string => output("gofmt", ["-l", "."], askLimit).trim();

/** Where the library's module, and in it its own examples, lies. */
export const libraryFolder = (): string =>
  output("go", ["list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission"], askLimit).trim();

export const checksOf = (binary: string): string[] => JSON.parse(output(binary, ["-list"], askLimit)) as string[];

/** A verdict for each pod, as a cluster of that minor version would give. */
export function ask(binary: string, minor: number, pods: readonly object[]): Verdict[] {
  const input = pods.map((pod) => `${JSON.stringify(pod)}\n`).join("");
  const lines = output(binary, ["-minor", String(minor)], askLimit, input)
    .trimEnd()
    .split("\n");
  if (lines.length !== pods.length) throw new Error(`${pods.length} pods asked, ${lines.length} answered`);
  return lines.map((line) => JSON.parse(line) as Verdict);
}
