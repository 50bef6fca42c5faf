/** How the outside reaches a workload, chosen once for the stack: one file for each way in, and what they have in common. */
import type { Problem } from "../errors.ts";
import type { Workload } from "../workload.ts";

/** A Gateway of the cluster, and where it has several listeners, the one that leads here. */
export interface ParentRef {
  name: string;
  namespace: string;
  sectionName?: string | undefined;
}

export interface Exposing {
  /**
   * `loadBalancer` asks the cluster for an address; `ingress` and `gateway` go through the cluster's own entrance; `clusterIP`
   * leaves it to port-forwards, or to whatever enters by other namespaces.
   */
  kind: "clusterIP" | "loadBalancer" | "ingress" | "gateway";
  /** Name or address at which people reach what is exposed; a DNS name for `ingress` and `gateway`. */
  host: string;
  /** What a load balancer or a controller of this cluster must be told. */
  annotations: Readonly<Record<string, string>>;
  /** Who may come in, as networks. */
  allowFrom: readonly string[];
  /** Whose pods may come in; no labels: all of that namespace. */
  from?: { namespace: string; labels: Readonly<Record<string, string>> } | undefined;
  /** Absent: the cluster's default class. */
  ingressClassName?: string | undefined;
  /** A Secret that isn't the stack's; absent: the workload's own certificate. */
  tlsSecretName?: string | undefined;
  parentRefs: readonly ParentRef[];
}

/** A name of its own: a Service's type can't change in place. */
export const exposureName = (workload: string): string => `${workload}-outside`;

/** Empty annotations would come back from the API server as none. */
export const annotated = (annotations: Exposing["annotations"]) =>
  Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {};

/** The one port that the cluster's own entrance leads to; undefined where the workload has no way in, or another. */
export function toPassed(w: Workload, exposing: Exposing, kind: "ingress" | "gateway") {
  const exposed = Object.keys(w.expose ?? {});
  return exposing.kind === kind && w.tls && exposed.includes(w.tls.port) ? w.tls : undefined;
}

/** The cluster's own entrance goes by the name that a client asks for in HTTPS, so that is all that it can pass on. */
export function checkExposure(w: Workload, { kind }: Pick<Exposing, "kind">): Problem[] {
  if (kind !== "ingress" && kind !== "gateway") return [];
  const others = Object.keys(w.expose ?? {}).filter((port) => port !== w.tls?.port);
  return others.map((port) => ({
    where: `workload ${w.name}, expose.${port}`,
    what: `not a port that ${kind === "ingress" ? "an Ingress" : "a Gateway"} can lead to`,
    given: port,
    allowed: w.tls ? `${w.tls.port}, which speaks HTTPS` : "a port that speaks HTTPS; the workload has none",
    remedy: "expose it by kubernetes.expose.kind loadBalancer, or not at all",
  }));
}
