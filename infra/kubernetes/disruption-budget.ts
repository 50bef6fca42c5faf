/**
 * Drains take one replica at a time, and one member of a quorum. A workload of one has no budget: it would block a drain
 * for ever.
 */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata, partName, selector, selectorOfAll } from "./labels.ts";

export function toDisruptionBudget(w: Workload, ctx: Context) {
  const chosen = toChosen(w);
  if (!chosen) return undefined;
  return {
    ...kindOf("policy/v1", "PodDisruptionBudget"),
    metadata: metadata(ctx, w.name, chosen.name),
    spec: {
      maxUnavailable: 1,
      selector: chosen.selector,
      // A pod that isn't ready serves nobody, so it may go.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  };
}

/** Of a quorum, the first member's is the one budget for all. */
function toChosen({ name, replicas = 1, peers }: Workload) {
  const members = peers?.members ?? [];
  if (members.length > 1)
    return members[0] === name ? { name: partName(name, "peers"), selector: selectorOfAll(members) } : undefined;
  return replicas > 1 ? { name, selector: { matchLabels: selector(name) } } : undefined;
}
