/** A way in with an address of its own. */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { annotated, exposureName } from "./exposure.ts";
import { kindOf, metadata, selector } from "./labels.ts";

export function toLoadBalancer(w: Workload, ctx: Context) {
  const exposed = Object.entries(w.expose ?? {}).sort(([, a], [, b]) => a - b);
  if (exposed.length === 0 || ctx.exposing.kind !== "loadBalancer") return undefined;
  const { annotations, allowFrom } = ctx.exposing;
  return {
    ...kindOf("v1", "Service"),
    metadata: { ...metadata(ctx, w.name, exposureName(w.name)), ...annotated(annotations) },
    spec: {
      type: "LoadBalancer",
      // No second hop, and the client's address stays readable.
      externalTrafficPolicy: "Local",
      loadBalancerSourceRanges: [...allowFrom],
      selector: selector(w.name),
      ports: exposed.map(([name, port]) => ({ name, port, targetPort: w.ports[name] as number, protocol: "TCP" })),
    },
  };
}
