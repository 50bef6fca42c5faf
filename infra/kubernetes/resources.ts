/** Requests and limits from intent. */
import { cpuList } from "../latency.ts";
import { bytes } from "../units.ts";
import type { Workload } from "../workload.ts";
import { binary, cores, storage } from "./quantity.ts";

/** `lab` asks for little, so that the whole stack fits on one small machine; the limits are the same. */
export type SizeProfile = "production" | "lab";

interface Share {
  cpu: number;
  memory: number;
}

/** What is asked for, as a share of the ceiling. Memory can't be taken back, so production reserves all of it. */
const shares: Record<SizeProfile, Share> = { production: { cpu: 0.5, memory: 1 }, lab: { cpu: 0.02, memory: 0.25 } };

const mebi = 1024 ** 2;

export interface Resources {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

export function toResources({ cpu, memory, ...rest }: Workload["resources"], profile: SizeProfile): Resources {
  rest satisfies Record<string, never>;
  const share = shares[profile];
  return {
    requests: {
      cpu: cores(cpu * share.cpu),
      memory: binary(Math.ceil((bytes(memory) * share.memory) / mebi) * mebi),
    },
    limits: { cpu: cores(cpu), memory: storage(memory) },
  };
}

/**
 * Requests equal to limits and whole cores: the kubelet's static CPU manager gives exclusive cores to nothing else, and
 * from 1.33 on takes the quota off them. The size profile has no say: a smaller core is none.
 */
export function toGuaranteed(memory: Workload["resources"]["memory"], latency: NonNullable<Workload["latency"]>) {
  const { cpus, hugePages = {} } = latency;
  const pages = Object.entries(hugePages).map(([page, size]) => [`hugepages-${page}`, storage(size)]);
  const all = {
    cpu: String((cpuList(cpus) ?? []).length),
    memory: storage(memory),
    ...Object.fromEntries(pages.sort()),
  };
  return { requests: { ...all }, limits: all } satisfies Resources;
}
