/** What whoever brings the stack up must be allowed to do in its cluster. */

export interface Right {
  verb: string;
  /** API group; empty for the core. */
  group: string;
  resource: string;
  subresource?: string;
  clusterWide?: boolean;
}

const verbs = ["get", "create", "patch", "delete"];

/** Of everything that the platform makes. Server-side apply is a patch. */
const made: Omit<Right, "verb">[] = [
  { group: "", resource: "namespaces", clusterWide: true },
  { group: "scheduling.k8s.io", resource: "priorityclasses", clusterWide: true },
  ...["serviceaccounts", "configmaps", "secrets", "services", "persistentvolumeclaims"].map((resource) => ({
    group: "",
    resource,
  })),
  { group: "apps", resource: "deployments" },
  { group: "apps", resource: "statefulsets" },
  { group: "networking.k8s.io", resource: "networkpolicies" },
  { group: "policy", resource: "poddisruptionbudgets" },
  { group: "autoscaling", resource: "horizontalpodautoscalers" },
];

/** Of what is only looked at, or worked in. */
const used: Right[] = [
  { verb: "list", group: "", resource: "pods" },
  { verb: "list", group: "", resource: "events" },
  { verb: "list", group: "apps", resource: "deployments" },
  { verb: "list", group: "autoscaling", resource: "horizontalpodautoscalers" },
  { verb: "list", group: "", resource: "nodes", clusterWide: true },
  { verb: "get", group: "", resource: "pods", subresource: "log" },
  { verb: "create", group: "", resource: "pods", subresource: "exec" },
];

export const needed: Right[] = [...made.flatMap((each) => verbs.map((verb) => ({ verb, ...each }))), ...used];

/** For the objects of that way in, beside the rest. */
export function entranceRights(kind: "clusterIP" | "loadBalancer" | "ingress" | "gateway"): Right[] {
  const made = {
    clusterIP: [],
    loadBalancer: [],
    ingress: [{ group: "networking.k8s.io", resource: "ingresses" }],
    gateway: [{ group: "gateway.networking.k8s.io", resource: "tlsroutes" }],
  }[kind];
  return made.flatMap((each) => verbs.map((verb) => ({ verb, ...each })));
}

/** As `kubectl auth can-i` takes it. */
export const shownRight = ({ verb, group, resource, subresource }: Right): string =>
  `${verb} ${resource}${group === "" ? "" : `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
