/** On which nodes a workload's pods run. */
import type { core, meta } from "@pulumi/kubernetes/types/input.js";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { selector, selectorOfAll } from "./labels.ts";

type Placement = Pick<core.v1.PodSpec, "affinity" | "nodeSelector" | "tolerations" | "topologySpreadConstraints">;

export function toPlacement(w: Workload, { nodePool }: Context): Placement {
  return { ...(w.latency && toPool(nodePool)), ...toApart(w) };
}

/** Only on nodes of the pool, and on them in spite of the taint that keeps everything else away. */
function toPool({ label, value }: Context["nodePool"]) {
  return {
    nodeSelector: { [label]: value },
    tolerations: [{ key: label, operator: "Equal", value, effect: "NoSchedule" }],
  };
}

function toApart({ name, replicas = 1, peers }: Workload) {
  if (peers && peers.members.length > 1) return toSpreading(selectorOfAll(peers.members));
  return replicas > 1 ? toSpreading({ matchLabels: selector(name) }) : undefined;
}

/** On nodes of their own where there are enough, and evenly over the zones. Never a reason not to run. */
function toSpreading(labelSelector: meta.v1.LabelSelector) {
  const apart = { topologyKey: "kubernetes.io/hostname", labelSelector };
  const zones = { topologyKey: "topology.kubernetes.io/zone", labelSelector };
  return {
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
    topologySpreadConstraints: [{ ...zones, maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" }],
  };
}
