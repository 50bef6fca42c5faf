/**
 * The yardstick for `horizon up`: the same containers started by a plain script that calls the docker client, as many at once as
 * the dependencies allow. What is started is copied from a running stack, so that both start the same thing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runOk } from "../cli/process.ts";

interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  Config: {
    User: string;
    Env: string[] | null;
    Cmd: string[] | null;
    Entrypoint: string[] | null;
    Labels: Record<string, string>;
    Healthcheck?: { Test: string[]; Interval: number; Timeout: number; StartPeriod: number; Retries: number };
  };
  HostConfig: {
    Memory: number;
    NanoCpus: number;
    Tmpfs: Record<string, string> | null;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null;
  };
  Mounts: { Type: string; Name?: string; Destination: string; RW: boolean }[];
  NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> };
  State: { Status: string };
  /** Whether the image has a health check of its own. */
  ownHealth: boolean;
}

export interface Copy {
  name: string;
  needs: string[];
  container: Inspected;
}

export const docker = async (...args: string[]): Promise<string> =>
  (await runOk("docker", args, { timeout: 120_000 })).stdout.trim();

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** Copies the description of every running container of the stack; `needs` comes from the stack's outputs. */
export async function describeStack(stack: string, needs: Record<string, string[]>): Promise<Copy[]> {
  const ids = lines(await docker("ps", "--quiet", "--filter", `label=cipherhorizon.stack=${stack}`));
  const found = JSON.parse(await docker("inspect", ...ids)) as Inspected[];
  const copies = found.map(async (container) => {
    const name = container.Config.Labels["app.kubernetes.io/name"] ?? "";
    const check = await docker("image", "inspect", "--format", "{{json .Config.Healthcheck}}", container.Image);
    return { name, needs: needs[name] ?? [], container: { ...container, ownHealth: check !== "null" } };
  });
  return await Promise.all(copies);
}

/** Saves the files that the stack mounts read-only, so that the copies can be given the same. */
export async function saveFiles(copies: Copy[]): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "horizon-bench-"));
  for (const { name, container } of copies) {
    for (const [i, mount] of readOnly(container).entries()) {
      await docker("cp", `${container.Id}:${mount.Destination}`, join(dir, `${name}-${i}`));
    }
  }
  return dir;
}

const readOnly = (container: Inspected): Inspected["Mounts"] =>
  container.Mounts.filter(({ Type, RW }) => Type === "volume" && !RW);
const writable = (container: Inspected): Inspected["Mounts"] =>
  container.Mounts.filter(({ Type, RW }) => Type === "volume" && RW);

const prefix = "plain";
const networkName = (name: string): string => `${prefix}-${name.replace(/^cipherhorizon-/, "")}`;

/** The client puts a command through a shell; an image without one brings its own check, and only its times are set. */
function healthArguments(container: Inspected, health: NonNullable<Inspected["Config"]["Healthcheck"]>): string[] {
  const own = container.ownHealth
    ? []
    : [
        "--health-cmd",
        health.Test.slice(1)
          .map((word) => `'${word}'`)
          .join(" "),
      ];
  return [...own, "--health-interval", `${health.Interval}ns`, "--health-timeout", `${health.Timeout}ns`];
}

function runArguments({ name, container }: Copy): string[] {
  const { Config, HostConfig } = container;
  const health = Config.Healthcheck;
  const [entry, ...rest] = Config.Entrypoint ?? [];
  return [
    ...["--name", `${prefix}-${name}`, "--hostname", name, "--user", Config.User, "--read-only", "--cap-drop", "ALL"],
    ...["--security-opt", "no-new-privileges:true", "--label", "bench=plain", "--memory", `${HostConfig.Memory}`],
    ...["--memory-swap", `${HostConfig.Memory}`, "--cpus", `${HostConfig.NanoCpus / 1e9}`],
    ...(Config.Env ?? []).flatMap((entry) => ["--env", entry]),
    ...Object.entries(HostConfig.Tmpfs ?? {}).flatMap(([path, options]) => ["--tmpfs", `${path}:${options}`]),
    ...readOnly(container).flatMap(({ Destination }, i) => ["--volume", `${prefix}-${name}-${i}:${Destination}:ro`]),
    ...writable(container).flatMap(({ Destination }) => ["--volume", `${prefix}-${name}-state:${Destination}`]),
    ...Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
      bindings.flatMap(({ HostIp, HostPort }) => ["--publish", `${HostIp}:${HostPort}:${port.split("/")[0]}`]),
    ),
    ...(health === undefined ? [] : healthArguments(container, health)),
    ...(entry === undefined ? [] : ["--entrypoint", entry]),
    container.Image,
    ...rest,
    ...(Config.Cmd ?? []),
  ];
}

async function fill(name: string, container: Inspected, files: string): Promise<void> {
  const fillers = readOnly(container).map(async ({ Destination }, i) => {
    const volume = `${prefix}-${name}-${i}`;
    await docker("volume", "create", "--label", "bench=plain", volume);
    const id = await docker(
      "create",
      "--volume",
      `${volume}:${Destination}`,
      "--label",
      "bench=plain",
      container.Image,
      "none",
    );
    await docker("cp", `${join(files, `${name}-${i}`)}/.`, `${id}:${Destination}`);
    await docker("rm", "--volumes", id);
  });
  await Promise.all(fillers);
}

async function startOne(copy: Copy, files: string): Promise<void> {
  const { name, container } = copy;
  await fill(name, container, files);
  const networks = Object.keys(container.NetworkSettings.Networks).map(networkName);
  const [first = "none", ...others] = networks;
  await docker("create", "--network", first, "--network-alias", name, ...runArguments(copy));
  for (const network of others) await docker("network", "connect", "--alias", name, network, `${prefix}-${name}`);
  await docker("start", `${prefix}-${name}`);
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const state = await docker(
      "inspect",
      "--format",
      "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}",
      `${prefix}-${name}`,
    );
    if (state === "running healthy") return;
    if (state.startsWith("exited"))
      throw new Error(`${name} ended: ${await docker("logs", "--tail", "5", `${prefix}-${name}`)}`);
    await sleep(100);
  }
  throw new Error(`${name}: not healthy within 120 s`);
}

/** Starts everything and resolves when all are healthy. */
export async function startPlain(copies: Copy[], files: string, internal: Record<string, boolean>): Promise<void> {
  const names = [...new Set(copies.flatMap(({ container }) => Object.keys(container.NetworkSettings.Networks)))];
  const made = names.map((name) =>
    docker("network", "create", "--label", "bench=plain", ...(internal[name] ? ["--internal"] : []), networkName(name)),
  );
  await Promise.all(made);
  const started = new Map<string, Promise<void>>();
  const start = (copy: Copy): Promise<void> => {
    const before = started.get(copy.name);
    if (before !== undefined) return before;
    const needed = copies.filter(({ name }) => copy.needs.includes(name)).map(start);
    const done = Promise.all(needed).then(() => startOne(copy, files));
    started.set(copy.name, done);
    return done;
  };
  await Promise.all(copies.map(start));
}

export async function removePlain(files?: string): Promise<void> {
  const mine = ["--filter", "label=bench=plain"];
  const containers = lines(await docker("ps", "--all", "--quiet", ...mine));
  if (containers.length > 0) await docker("rm", "--force", "--volumes", ...containers);
  for (const id of lines(await docker("network", "ls", "--quiet", ...mine))) await docker("network", "rm", id);
  const volumes = lines(await docker("volume", "ls", "--quiet")).filter((name) => name.startsWith(`${prefix}-`));
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
  if (files !== undefined) rmSync(files, { recursive: true, force: true });
}
