/** What Docker makes of a latency profile: cores and huge pages it has, memory locking where the host allows it, memory nodes never. */
import type { VolumeArgs } from "@pulumi/docker";
import type { Problem } from "../errors.ts";
import { labels } from "../labels.ts";
import { cpuList } from "../latency.ts";
import { objectName } from "../names.ts";
import { bytes } from "../units.ts";
import type { LatencyProfile, Size, Workload } from "../workload.ts";
import type { HostFacts } from "./host.ts";
import { labelList } from "./labels.ts";

export const memlockDegraded =
  "this host's engine may not raise the limit on locked memory (it lacks CAP_SYS_RESOURCE); the workload locks what the default limit allows";

/** Without facts of the host (a remote engine) only what never works is refused. */
export function checkDockerLatency(w: Workload, host: HostFacts | undefined): Problem[] {
  if (!w.latency) return [];
  const where = `workload ${w.name}, latency`;
  return [
    ...checkNode(where, w.latency, host),
    ...(host ? [...checkCores(where, w.latency, host), ...checkPool(where, w.latency, host)] : []),
  ];
}

function checkNode(where: string, { numaNode }: LatencyProfile, host: HostFacts | undefined): Problem[] {
  // On a host with one memory node there is nothing to bind, so asking for it is met.
  if (numaNode === undefined || (host?.numaNodes === 1 && numaNode === 0)) return [];
  return [
    {
      where: `${where}.numaNode`,
      what: "Docker can't bind memory to a node (its provider has no cpuset-mems)",
      given: String(numaNode),
      allowed: host?.numaNodes === 1 ? "0, this host's only node, or nothing" : "nothing, on the docker platform",
      remedy:
        "remove numaNode and choose cores of one node: Linux places memory on the node of the core that first touches it",
    },
  ];
}

function checkCores(where: string, { cpus }: LatencyProfile, host: HostFacts): Problem[] {
  const missing = (cpuList(cpus) ?? []).filter((core) => !host.cpus.includes(core));
  if (missing.length === 0) return [];
  return [
    {
      where: `${where}.cpus`,
      what: "the host has no such cores",
      given: cpus,
      allowed: `some of ${host.cpus.join(",")}`,
      remedy: "name cores that the host has online",
    },
  ];
}

function checkPool(where: string, { hugePages = {} }: LatencyProfile, host: HostFacts): Problem[] {
  const short = Object.entries(hugePages).filter(([page, size]) => pagesOf(page, size) > (host.hugePages[page] ?? 0));
  return short.map(([page, size]) => ({
    where: `${where}.hugePages.${page}`,
    what: "the host's pool of huge pages is too small",
    given: `${size}, ${pagesOf(page, size)} pages`,
    allowed: `at most ${host.hugePages[page] ?? 0} pages of ${page}`,
    remedy: `reserve them at boot, kernel arguments hugepagesz=${page.slice(0, 2)} hugepages=${pagesOf(page, size)}`,
  }));
}

function pagesOf(page: string, size: Size): number {
  return bytes(size) / bytes(page as Size);
}

/** A hugetlbfs of the page size, owned by the workload's user; the engine has no other way to mount one. */
export function toHugePageVolume(stack: string, w: Workload, page: string, size: Size): VolumeArgs {
  return {
    name: objectName(stack, w.name, `huge-${page.toLowerCase()}`),
    driver: "local",
    driverOpts: {
      type: "hugetlbfs",
      device: "none",
      o: `pagesize=${page.slice(0, 2)},size=${bytes(size)},uid=${w.user},gid=${w.group ?? w.user},mode=0700`,
    },
    labels: labelList(labels(stack, w.name)),
  };
}
