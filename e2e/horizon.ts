/** Runs the product as a user does: the entry script, in a process of its own. */
import { join } from "node:path";
import { type Finished, run } from "../cli/process.ts";
import { root } from "./checkout.ts";

/** A stack of its own, so that a developer's `dev` is never touched by a test. */
export const stack = "test";

export interface Call {
  timeout?: number;
  env?: NodeJS.ProcessEnv;
  stack?: string;
  /** What it says on the way. */
  onLine?: (line: string) => void;
}

export const horizon = (args: string[], call: Call = {}): Promise<Finished> =>
  run(join(root, "horizon"), ["--yes", "--stack", call.stack ?? stack, ...args], {
    cwd: root,
    env: { ...process.env, ...call.env },
    timeout: call.timeout ?? 600_000,
    ...(call.onLine && { onLine: call.onLine }),
  });

/** Like `horizon`, and what it printed is in the message when it fails. */
export async function horizonOk(args: string[], call: Call = {}): Promise<string> {
  const { code, stdout, stderr } = await horizon(args, call);
  if (code !== 0) throw new Error(`horizon ${args.join(" ")}: exit code ${code}\n${stderr}\n${stdout.slice(-3000)}`);
  return stdout;
}

export async function docker(args: string[], timeout = 60_000): Promise<string> {
  const { code, stdout, stderr } = await run("docker", args, { timeout });
  if (code !== 0) throw new Error(`docker ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** The engine's own picture of a container; only what the tests read. */
export interface Inspected {
  Id: string;
  Name: string;
  RestartCount: number;
  State: { Status: string; Pid: number; StartedAt: string; Health?: { Status: string } };
  Config: {
    User: string;
    Env: string[] | null;
    Labels: Record<string, string>;
    StopSignal?: string;
    StopTimeout?: number;
    Healthcheck?: { Test: string[] };
  };
  HostConfig: {
    ReadonlyRootfs: boolean;
    Privileged: boolean;
    CapDrop: string[] | null;
    CapAdd: string[] | null;
    SecurityOpt: string[] | null;
    Memory: number;
    MemorySwap: number;
    NetworkMode: string;
    PidMode: string;
    IpcMode: string;
    LogConfig: { Type: string; Config: Record<string, string> };
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null;
    Binds: string[] | null;
  };
  Mounts: { Type: string; Source: string; Destination: string; RW: boolean }[];
}

const ofStack = ["--filter", `label=cipherhorizon.stack=${stack}`];

export async function inspectAll(): Promise<Inspected[]> {
  const ids = (await docker(["ps", "--all", "--quiet", ...ofStack])).split("\n").filter((id) => id !== "");
  return ids.length === 0 ? [] : (JSON.parse(await docker(["inspect", ...ids])) as Inspected[]);
}

/** Containers that run, without those that were only created to carry files. */
export const inspectRunning = async (): Promise<Inspected[]> =>
  (await inspectAll()).filter(({ State }) => State.Status !== "created");

export const nameOf = (container: Inspected): string =>
  container.Config.Labels["app.kubernetes.io/name"] ?? container.Name;

/** Everything in the engine that is ours, by kind. */
export async function inventory(): Promise<Record<string, string[]>> {
  const lists: Record<string, string[]> = {
    containers: ["ps", "--all", "--format", "{{.Names}}", ...ofStack],
    volumes: ["volume", "ls", "--format", "{{.Name}}", ...ofStack],
    networks: ["network", "ls", "--format", "{{.Name}}", ...ofStack],
    images: ["image", "ls", "--format", "{{.Repository}}", ...ofStack],
  };
  const entries = Object.entries(lists).map(async ([kind, args]) => {
    const lines = (await docker(args)).split("\n").filter((line) => line !== "");
    return [kind, lines.sort()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
