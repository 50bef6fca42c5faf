/** What Kubernetes makes of a latency profile: huge pages here, exclusive cores in its resources, nodes to itself in its placement. */
import { hugePagePath } from "../latency.ts";
import type { LatencyProfile } from "../workload.ts";
import type { Volumes } from "./volume.ts";

/** Mounted where Docker mounts them. Cores and memory are said by the resources, the rest by the node's own settings. */
export function toHugePages(latency: LatencyProfile | undefined): Volumes {
  if (!latency) return { volumes: [], mounts: [] };
  const { cpus, hugePages = {}, numaNode, lockMemory, ...rest } = latency;
  rest satisfies Record<string, never>;
  void [cpus, numaNode, lockMemory];
  const pages = Object.keys(hugePages).sort();
  const name = (page: string) => `huge-${page.toLowerCase()}`;
  return {
    volumes: pages.map((page) => ({ name: name(page), emptyDir: { medium: `HugePages-${page}` } })),
    mounts: pages.map((page) => ({ name: name(page), mountPath: hugePagePath(page) })),
  };
}
