/** The one value from which all documents for the pool's nodes are made. */
import type { z } from "zod";
import type { machine } from "../../config-machine.ts";
import { cpuList } from "../../latency.ts";
import { bytes } from "../../units.ts";
import type { Size } from "../../workload.ts";

/** As configured; its lists may still be malformed. */
export type Machine = z.output<typeof machine>;

export interface Pool {
  label: string;
  value: string;
}

export interface PageCount {
  /** Page size, such as `2Mi`. */
  page: "2Mi" | "1Gi";
  /** On each memory node. */
  count: number;
}

export interface NodeProfile {
  pool: Pool;
  /** Of the whole machine, in rising order: isolated and reserved together. */
  cores: number[];
  reserved: number[];
  isolated: number[];
  /** Cores by memory node. */
  numaNodes: number[][];
  threadsPerCore: number;
  hugePages: PageCount[];
  /** Bytes for the system and the kubelet. */
  memoryReserved: number;
}

/** Of a machine without problems (check.ts). */
export function toNodeProfile(machine: Machine, pool: Pool): NodeProfile {
  const cores = cpuList(machine.cores) ?? [];
  const reserved = cpuList(machine.reserved) ?? [];
  const numaNodes = machine.numaNodes?.map((list) => cpuList(list) ?? []) ?? [cores];
  return {
    pool,
    cores,
    reserved,
    isolated: cores.filter((core) => !reserved.includes(core)),
    numaNodes,
    threadsPerCore: machine.threadsPerCore,
    hugePages: pagesOf(machine).map(([page, amount]) => ({
      page,
      count: bytes(amount) / bytes(page) / numaNodes.length,
    })),
    memoryReserved: bytes(machine.memoryReserved),
  };
}

export const pagesOf = ({ hugePages }: Pick<Machine, "hugePages">): [PageCount["page"], Size][] =>
  Object.entries(hugePages).sort(([a], [b]) => (a < b ? 1 : -1)) as [PageCount["page"], Size][];

/** The shortest kernel CPU list: `0-1,4`. The inverse of `cpuList`. */
export function shownCores(cores: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const core of cores) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === core) last[1] = core;
    else runs.push([core, core]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}
