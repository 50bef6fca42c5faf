/** More replicas under load, for workloads without state that run more than once already. */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata } from "./labels.ts";

/** Percent of the requested processor time. */
const targetUtilization = 70;
/** Times the replicas asked for. */
const growth = 3;

export function isScaled({ state, replicas = 1 }: Pick<Workload, "state" | "replicas">): boolean {
  return !state && replicas > 1;
}

export function toAutoscaler(w: Workload, ctx: Context) {
  if (!isScaled(w)) return undefined;
  const { replicas = 1 } = w;
  const target = { type: "Utilization", averageUtilization: targetUtilization };
  return {
    ...kindOf("autoscaling/v2", "HorizontalPodAutoscaler"),
    metadata: metadata(ctx, w.name),
    spec: {
      scaleTargetRef: { ...kindOf("apps/v1", "Deployment"), name: w.name },
      minReplicas: replicas,
      maxReplicas: growth * replicas,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
    },
  };
}
