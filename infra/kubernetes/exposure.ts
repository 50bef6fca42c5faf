/**
 * How the outside reaches a workload, chosen once for the stack. Ingress and Gateway objects aren't made: they would end TLS
 * before the stack's own entrance does, and need a controller that the cluster may not have.
 */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata, selector } from "./labels.ts";

export interface Exposing {
  /** `loadBalancer` asks the cluster for an address; `clusterIP` leaves it to port-forwards, or to whatever enters by other namespaces. */
  kind: "loadBalancer" | "clusterIP";
  /** What a load balancer of this cluster must be told. */
  annotations: Readonly<Record<string, string>>;
  /** Who may come in through a load balancer, as networks. */
  allowFrom: readonly string[];
}

/** A name of its own: a Service's type can't change in place. */
export const exposureName = (workload: string): string => `${workload}-outside`;

export function toExposure(w: Workload, ctx: Context) {
  const exposed = Object.entries(w.expose ?? {}).sort(([, a], [, b]) => a - b);
  if (exposed.length === 0 || ctx.exposing.kind === "clusterIP") return undefined;
  const { annotations, allowFrom } = ctx.exposing;
  return {
    ...kindOf("v1", "Service"),
    metadata: {
      ...metadata(ctx, w.name, exposureName(w.name)),
      ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
    },
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
