/** Drains take one replica at a time. A workload of one has no budget: it would block a drain for ever. */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata, selector } from "./labels.ts";

export function toDisruptionBudget(w: Workload, ctx: Context) {
  if ((w.replicas ?? 1) === 1) return undefined;
  return {
    ...kindOf("policy/v1", "PodDisruptionBudget"),
    metadata: metadata(ctx, w.name),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selector(w.name) },
      // A pod that isn't ready serves nobody, so it may go.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}
