/** The name under which others reach a workload. */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { toPassed } from "./exposure.ts";
import { kindOf, metadata, selector } from "./labels.ts";

/**
 * Headless where there is state: there is one pod, its address is the workload's, and no proxy stands between. It is named before
 * it is ready, because members of a quorum must find each other first. Nobody waits for it to lead somewhere: that waits for pods,
 * and a few Services that wait take all of Pulumi's parallel steps from the pods that they wait for.
 */
export function toService(w: Workload, ctx: Context) {
  const ports = servicePorts(w.ports);
  if (ports.length === 0) return undefined;
  return {
    ...kindOf("v1", "Service"),
    metadata: { ...metadata(ctx, w.name), annotations: { ...forController(w, ctx), "pulumi.com/skipAwait": "true" } },
    spec: {
      type: "ClusterIP",
      ...(w.state && { clusterIP: "None", publishNotReadyAddresses: true }),
      selector: selector(w.name),
      ports,
    },
  };
}

/** Some Ingress controllers read at the Service how to speak to what is behind it, and others at the Ingress. */
const forController = (w: Workload, { exposing }: Context) =>
  toPassed(w, exposing, "ingress") ? exposing.annotations : {};

/** A port is the same on the Service as on the pod. */
export function servicePorts(ports: Workload["ports"]) {
  return Object.entries(ports)
    .sort(([, a], [, b]) => a - b)
    .map(([name, port]) => ({ name, port, targetPort: port, protocol: "TCP" }));
}
