/** Facts of the Docker host that decide what a workload may have there. Known only where the engine is on this machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** A route of the host, and the interface it leaves by. */
export interface Route {
  interface: string;
  cidr: string;
  /** Reached directly, without a gateway. */
  direct: boolean;
}

export interface HostFacts {
  cpus: number[];
  numaNodes: number;
  /** Huge pages in the host's pool, by page size. */
  hugePages: Record<string, number>;
  /** Whether the engine may raise RLIMIT_MEMLOCK, which takes CAP_SYS_RESOURCE. */
  raisesMemlock: boolean;
  routes: Route[];
}

/** Undefined where the engine is elsewhere: then the engine itself says what it can't do. */
export function readHost(env: NodeJS.ProcessEnv = process.env): HostFacts | undefined {
  const engine = env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  if (!engine.startsWith("unix://") || !existsSync("/proc/net/route")) return undefined;
  return {
    cpus: expand(readOr("/sys/devices/system/cpu/online", "0")),
    numaNodes: expand(readOr("/sys/devices/system/node/online", "0")).length,
    hugePages: hugePages(),
    raisesMemlock: raisesMemlock(readOr("/proc/1/status", "")),
    routes: routes(readOr("/proc/net/route", "")),
  };
}

/** `/proc/net/route`: little-endian hexadecimal destination, gateway and mask; routes of bridges without containers are there too. */
export function routes(table: string): Route[] {
  const found: Route[] = [];
  for (const line of table.split("\n").slice(1)) {
    const [device, destination, gateway, , , , , mask] = line.trim().split(/\s+/);
    if (!device || !destination || !gateway || !mask || Number.parseInt(mask, 16) === 0) continue;
    const bits = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
    found.push({ interface: device, cidr: `${dotted(destination)}/${bits}`, direct: /^0+$/.test(gateway) });
  }
  return found;
}

/** Bit 24 of the bounding set of the first process, from which the engine's comes. */
export function raisesMemlock(status: string): boolean {
  const mask = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return mask !== undefined && (BigInt(`0x${mask}`) >> 24n) % 2n === 1n;
}

function dotted(littleEndian: string): string {
  return [6, 4, 2, 0].map((at) => Number.parseInt(littleEndian.slice(at, at + 2), 16)).join(".");
}

function hugePages(): Record<string, number> {
  const root = "/sys/kernel/mm/hugepages";
  const names = { "hugepages-2048kB": "2Mi", "hugepages-1048576kB": "1Gi" } as Record<string, string>;
  const pools = existsSync(root) ? readdirSync(root) : [];
  return Object.fromEntries(
    pools
      .filter((pool) => names[pool])
      .map((pool) => [names[pool], Number(readOr(`${root}/${pool}/nr_hugepages`, "0"))]),
  );
}

function expand(list: string): number[] {
  return list
    .trim()
    .split(",")
    .flatMap((part) => {
      const [first = 0, last = first] = part.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

function readOr(path: string, fallback: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : fallback;
}
