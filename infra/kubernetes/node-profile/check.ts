/** What is wrong with the pool's machines as configured, or with a latency profile that they can't host. */
import type { Problem } from "../../errors.ts";
import { shown } from "../../errors.ts";
import { cpuList } from "../../latency.ts";
import { product } from "../../names.ts";
import { bytes } from "../../units.ts";
import type { LatencyProfile } from "../../workload.ts";
import { type Machine, type NodeProfile, pagesOf, shownCores, toNodeProfile } from "./profile.ts";

const at = `${product}:kubernetes.nodePool.machine`;

interface Concerned {
  kubernetes: { nodePool: { label: string; value: string; machine?: Machine | undefined } };
  engine: { latency?: LatencyProfile | undefined };
}

export function checkNodePool({ kubernetes: { nodePool }, engine: { latency } }: Concerned): Problem[] {
  const { machine } = nodePool;
  if (machine === undefined) return [];
  const problems = [...checkLists(machine), ...checkPages(machine)];
  if (problems.length > 0 || latency === undefined) return problems;
  return checkFit(`${product}:engine.latency`, latency, toNodeProfile(machine, nodePool));
}

function checkLists(machine: Machine): Problem[] {
  const { cores, reserved, numaNodes = [cores] } = machine;
  const nodes = machine.numaNodes?.map((list, node) => [`numaNodes.${node}`, list] as const) ?? [];
  const lists = { cores, reserved, ...Object.fromEntries(nodes) };
  const malformed = Object.entries(lists).filter(([, list]) => !cpuList(list));
  if (malformed.length > 0) return malformed.map(([name, list]) => notAList(name, list));
  const all = cpuList(cores) ?? [];
  const kept = cpuList(reserved) ?? [];
  const byNode = numaNodes.flatMap((list) => cpuList(list) ?? []).sort((a, b) => a - b);
  return [
    ...(kept.every((core) => all.includes(core)) && kept.length < all.length ? [] : [notReserved(reserved, cores)]),
    ...(shownCores(byNode) === shownCores(all) && byNode.length === all.length ? [] : [notNodes(numaNodes, cores)]),
  ];
}

function checkPages(machine: Machine): Problem[] {
  const nodes = machine.numaNodes?.length ?? 1;
  return pagesOf(machine)
    .filter(([page, amount]) => bytes(amount) % (bytes(page) * nodes) !== 0)
    .map(([page, amount]) => ({
      where: `${at}.hugePages.${page}`,
      what: "not a whole number of huge pages on each memory node",
      given: `${amount} over ${nodes}`,
      allowed: `multiples of ${nodes} times ${page}`,
      remedy: "round it up",
    }));
}

/** Cores and pages of a workload come from one memory node (topology manager, single-numa-node). */
export function checkFit(where: string, latency: LatencyProfile, profile: NodeProfile): Problem[] {
  const { numaNode } = latency;
  if (numaNode !== undefined && numaNode >= profile.numaNodes.length) return [noNode(where, numaNode, profile)];
  return [...checkCores(where, latency, profile), ...checkAmounts(where, latency, profile)];
}

function checkCores(where: string, { cpus, numaNode }: LatencyProfile, profile: NodeProfile): Problem[] {
  const wanted = cpuList(cpus)?.length ?? 0;
  const { numaNodes, isolated, threadsPerCore } = profile;
  const nodes = numaNode === undefined ? numaNodes : numaNodes.slice(numaNode, numaNode + 1);
  const most = Math.max(...nodes.map((cores) => cores.filter((core) => isolated.includes(core)).length));
  const whole = wanted % threadsPerCore === 0;
  if (wanted <= most && whole) return [];
  return [
    {
      where: `${where}.cpus`,
      what: whole
        ? "the pool's machines have fewer isolated cores on a memory node"
        : "cores are given whole, with all their threads",
      given: `${cpus}, ${wanted} cores`,
      allowed: whole ? `at most ${most}` : `a multiple of ${threadsPerCore}, threadsPerCore of the machine`,
      remedy: `ask for ${whole ? "fewer" : "whole cores"}, or correct ${at}`,
    },
  ];
}

function checkAmounts(where: string, { hugePages = {} }: LatencyProfile, profile: NodeProfile): Problem[] {
  return Object.entries(hugePages).flatMap(([page, amount]) => {
    const have = profile.hugePages.find((each) => each.page === page)?.count ?? 0;
    const wanted = bytes(amount) / bytes(page as "2Mi");
    if (wanted <= have) return [];
    return [
      {
        where: `${where}.hugePages.${page}`,
        what: `the pool's machines have ${have === 0 ? "no" : "fewer"} huge pages of this size on a memory node`,
        given: `${amount}, ${wanted} pages`,
        allowed: have === 0 ? "none" : `at most ${have} pages`,
        remedy: `ask for ${have === 0 ? "another size" : "fewer"}, or correct ${at}.hugePages`,
      },
    ];
  });
}

const notAList = (name: string, given: string): Problem => ({
  where: `${at}.${name}`,
  what: "not a list of cores",
  given: shown(given),
  allowed: "a kernel CPU list in rising order, such as 0-1 or 0,8",
  remedy: "`lscpu --extended` lists what a machine of the pool has",
});

const notReserved = (reserved: string, cores: string): Problem => ({
  where: `${at}.reserved`,
  what: "not some of the machine's cores",
  given: reserved,
  allowed: `some of ${cores}, and not all of them`,
  remedy: "leave the system one or two cores, and the rest to the workloads",
});

const notNodes = (numaNodes: string[], cores: string): Problem => ({
  where: `${at}.numaNodes`,
  what: "the memory nodes are not the machine",
  given: shown(numaNodes),
  allowed: `each of ${cores} in one of them, once`,
  remedy: "take them from `lscpu`, NUMA node0 CPU(s) and so on",
});

const noNode = (where: string, numaNode: number, { numaNodes }: NodeProfile): Problem => ({
  where: `${where}.numaNode`,
  what: "the pool's machines have no such memory node",
  given: String(numaNode),
  allowed: `0 to ${numaNodes.length - 1}`,
  remedy: `leave it out, or correct ${at}.numaNodes`,
});
