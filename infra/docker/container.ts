/** A workload as arguments of one Docker container. Pure: what exists beside it comes in through the context. */
import type { ContainerArgs } from "@pulumi/docker";
import type { Input } from "@pulumi/pulumi";
import { labels } from "../labels.ts";
import { objectName } from "../names.ts";
import { mebibytes } from "../units.ts";
import type { Workload } from "../workload.ts";
import { toEnvs } from "./env.ts";
import type { Mounted } from "./files.ts";
import { toHealth } from "./health.ts";
import { contentLabel, labelList } from "./labels.ts";
import { toTmpfs } from "./scratch.ts";

export interface ContainerContext {
  stack: string;
  /** Address of the host on which exposed ports are published. */
  bindAddress: string;
  /** Names of networks: its own, the one for published ports, and those of the workloads it needs, in that order. */
  networks: { own?: Input<string>; outside?: Input<string>; needs: Input<string>[] };
  /** Volumes with files and secrets, and the hash of what they hold. */
  files?: { mounted: Mounted[]; hash: Input<string> };
  state?: Input<string>;
  hugePages: Mounted[];
  /** Whether the host lets the engine raise the limit on locked memory. */
  raisesMemlock: boolean;
}

/** Where the platform can't honour a field, and why that is harmless. Everything else is translated or refused. */
export const degradations = {
  "state.size": "the local volume driver has no quota; free space of the host is watched instead",
  "health.http": "the same question is asked by health.exec",
  "latency.numaNode": "met where the host has one node, refused elsewhere",
  monitors: "a network joins its members on all ports and in both directions; docs/adr/0001-networks.md says why",
  "metrics.interval": "scraping is the monitoring's matter, not the platform's",
} as const;

/** Edits of these the provider neither replaces nor applies; without a replacement they would be lost in silence. */
export const replaceOnChanges = ["tmpfs", "healthcheck", "init", "shmSize"];

export function toContainer(w: Workload, ctx: ContainerContext): ContainerArgs {
  const { name, image, command, ports, health, env, files, secrets, secretRefs, state, scratch, ...others } = w;
  const { replicas, resources, latency, user, group, stop, peers, needs, metrics, ...edges } = others;
  const { monitors, expose, tls, egress, ...rest } = edges;
  rest satisfies Record<string, never>;
  // Said elsewhere: files, secrets and state in the volumes of the context, needs and egress in its networks, replicas,
  // peers and secrets of others in the check before, and what is scraped by the monitoring. Nobody ends TLS before a published
  // port does.
  void [files, secrets, secretRefs, state, needs, egress, replicas, metrics, monitors, peers, tls];
  const memory = mebibytes(resources.memory);
  return {
    name: objectName(ctx.stack, name),
    hostname: name,
    image: image.reference,
    ...(command && { entrypoints: command }),
    envs: toEnvs(name, env ?? {}),
    user: `${user}:${group ?? user}`,
    ...toTmpfs(scratch ?? {}, user, group ?? user),
    ...toHealth(health),
    ...toNetworking(w, ctx),
    ...toPorts(ports, expose ?? {}, ctx.bindAddress),
    ...toProcessor(resources, latency, ctx),
    volumes: toVolumes(w, ctx),
    memory,
    // As much as memory: none of it is swapped.
    memorySwap: memory,
    stopSignal: stop.signal,
    stopTimeout: stop.graceSeconds,
    destroyGraceSeconds: stop.graceSeconds,
    labels: labelList<Input<string>>({
      ...labels(ctx.stack, name),
      "cipherhorizon.image": image.content,
      ...(ctx.files && { [contentLabel]: ctx.files.hash }),
    }),
    ...hardened,
  };
}

/** Decided once, for every container. */
const hardened = {
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  restart: "unless-stopped",
  mustRun: true,
  logDriver: "json-file",
  logOpts: { "max-file": "3", "max-size": "10m" },
  ipcMode: "private",
} satisfies Partial<ContainerArgs>;

/** The first network is the container's mode as well: left out, the provider would attach the default bridge first. */
function toNetworking(w: Workload, { networks }: ContainerContext): Partial<ContainerArgs> {
  const { own, outside, needs } = networks;
  const advanced = [
    // Only those who need a workload learn its name.
    ...(own === undefined ? [] : [{ name: own, aliases: [w.name] }]),
    ...[...(outside === undefined ? [] : [outside]), ...needs].map((name) => ({ name })),
  ];
  const first = advanced[0];
  return first ? { networkMode: first.name, networksAdvanced: advanced } : { networkMode: "none" };
}

function toPorts(
  ports: Workload["ports"],
  expose: NonNullable<Workload["expose"]>,
  ip: string,
): Pick<ContainerArgs, "ports"> {
  const published = Object.keys(expose).sort();
  if (published.length === 0) return {};
  return {
    ports: published.map((name) => ({
      internal: ports[name] as number,
      external: expose[name] as number,
      ip,
      protocol: "tcp",
    })),
  };
}

/** Exclusive cores and no quota, or a quota: a quota on pinned cores stalls them. */
function toProcessor(
  { cpu }: Workload["resources"],
  latency: Workload["latency"],
  { raisesMemlock }: ContainerContext,
): Pick<ContainerArgs, "cpus" | "cpuSet" | "ulimits"> {
  // The provider reads a whole number back with a decimal, and would replace the container for the difference.
  if (!latency) return { cpus: Number.isInteger(cpu) ? cpu.toFixed(1) : String(cpu) };
  const { cpus, lockMemory, numaNode, hugePages, ...rest } = latency;
  rest satisfies Record<string, never>;
  // Checked against the host, and mounted by the context.
  void [numaNode, hugePages];
  const lock = lockMemory && raisesMemlock;
  return { cpuSet: cpus, ...(lock && { ulimits: [{ name: "memlock", soft: -1, hard: -1 }] }) };
}

function toVolumes(w: Workload, ctx: ContainerContext): NonNullable<ContainerArgs["volumes"]> {
  return [
    ...(ctx.files?.mounted ?? []).map(({ directory, volume }) => ({
      containerPath: directory,
      volumeName: volume,
      readOnly: true,
    })),
    ...(w.state && ctx.state !== undefined ? [{ containerPath: w.state.path, volumeName: ctx.state }] : []),
    ...ctx.hugePages.map(({ directory, volume }) => ({ containerPath: directory, volumeName: volume })),
  ];
}
