/** What Kubernetes makes of a latency profile: exclusive cores by the CPU manager, huge pages, and a pool of nodes to itself. */
import type { core } from "@pulumi/kubernetes/types/input.js";
import { hugePagePath } from "../latency.ts";
import type { LatencyProfile } from "../workload.ts";
import type { Context } from "./context.ts";
import type { Volumes } from "./volume.ts";

/** Only on nodes of the pool, and on them in spite of the taint that keeps everything else away. */
export function toPlacement(pool: Context["nodePool"]): Required<Pick<core.v1.PodSpec, "affinity" | "tolerations">> {
  const expression = { key: pool.label, operator: "In", values: [pool.value] };
  const terms = [{ matchExpressions: [expression] }];
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
    tolerations: [{ key: pool.label, operator: "Equal", value: pool.value, effect: "NoSchedule" }],
  };
}

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
