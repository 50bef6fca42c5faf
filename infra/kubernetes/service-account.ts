/** An identity of its own, without a token: no workload of ours talks to the API server. */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata } from "./labels.ts";

export function toServiceAccount(w: Workload, ctx: Context) {
  return {
    ...kindOf("v1", "ServiceAccount"),
    metadata: metadata(ctx, w.name),
    automountServiceAccountToken: false,
  };
}
