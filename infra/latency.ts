/** What a latency profile may say, on any platform. What a platform can do of it, that platform's own file says. */
import type { Problem } from "./errors.ts";
import { shown } from "./errors.ts";
import { bytes, sizePattern } from "./units.ts";
import type { LatencyProfile, Size } from "./workload.ts";

const cpuRange = /^(0|[1-9][0-9]{0,3})(?:-(0|[1-9][0-9]{0,3}))?$/;

/** Where huge pages of a size are mounted, the same on every platform. */
export function hugePagePath(pageSize: string): string {
  return `/dev/hugepages-${pageSize}`;
}

/** The cores of a kernel CPU list such as `2-3,6`; undefined where it is malformed, unordered or repeats a core. */
export function cpuList(text: string): number[] | undefined {
  const cores: number[] = [];
  for (const part of text.split(",")) {
    const match = cpuRange.exec(part);
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (last < first || first <= (cores.at(-1) ?? -1)) return undefined;
    for (let core = first; core <= last; core++) cores.push(core);
  }
  return cores;
}

export function checkLatency(where: string, profile: LatencyProfile): Problem[] {
  const { cpus, numaNode, hugePages = {}, lockMemory: _, ...rest } = profile;
  rest satisfies Record<string, never>;
  const problems: Problem[] = [];
  if (!cpuList(cpus)) {
    problems.push({
      where: `${where}.cpus`,
      what: "not a list of cores",
      given: shown(cpus),
      allowed: "a kernel CPU list in rising order, such as 2-3 or 2,4-5",
      remedy: "name the isolated cores; `lscpu --extended` lists what the host has",
    });
  }
  if (numaNode !== undefined && !(Number.isInteger(numaNode) && numaNode >= 0)) {
    problems.push({
      where: `${where}.numaNode`,
      what: "not a NUMA node",
      given: shown(numaNode),
      allowed: "an integer from 0",
      remedy: "take the node of the cores from `lscpu --extended`",
    });
  }
  for (const [page, amount] of Object.entries(hugePages)) problems.push(...checkPages(where, page, amount));
  return problems;
}

function checkPages(where: string, page: string, amount: Size): Problem[] {
  const known = page === "2Mi" || page === "1Gi";
  if (known && sizePattern.test(amount) && bytes(amount) % bytes(page) === 0) return [];
  return [
    {
      where: `${where}.hugePages.${page}`,
      what: known ? "not a whole number of huge pages" : "no such huge page size",
      given: known ? shown(amount) : shown(page),
      allowed: known ? `multiples of ${page}, such as ${page}` : "2Mi or 1Gi",
      remedy: known ? `round up to a multiple of ${page}` : "choose a size the processor has",
    },
  ];
}
