/** Draws the picture of what surrounds pods: services, namespaces, and the policies that close a namespace. */
import type { Namespace, Service, Stack } from "../picture.ts";
import { items, known, partial } from "../unknown.ts";
import type { Metadata } from "./pod.ts";
import { podsOf } from "./pods.ts";

const platform = "kubernetes";

/** What an author writes on a service that is meant to be reached from outside; its value says why. */
export const exposedAnnotation = "cipherhorizon.exposed";

interface ServiceProps {
  metadata?: Metadata;
  spec?: { type?: string; externalIPs?: string[]; loadBalancerSourceRanges?: string[] };
}

const isEverybody = (network: string): boolean => network.endsWith("/0");

export const serviceOf = (service: ServiceProps): Service => ({
  platform,
  get openings() {
    const addresses = items(() => service.spec?.externalIPs).map((address) => `the external IP ${address}`);
    const type = known(() => service.spec?.type) ?? "ClusterIP";
    return type === "LoadBalancer" || type === "NodePort" ? [`type ${type}`, ...addresses] : addresses;
  },
  get declared() {
    const { type, loadBalancerSourceRanges: ranges } = service.spec ?? {};
    if (type === "LoadBalancer" && (ranges ?? []).length > 0 && !items(() => ranges).some(isEverybody)) return true;
    return (service.metadata?.annotations?.[exposedAnnotation] ?? "") !== "";
  },
});

const enforceLabel = "pod-security.kubernetes.io/enforce";

export const namespaceOf = (props: { metadata?: Metadata }): Namespace => ({
  platform,
  get enforces() {
    return props.metadata?.labels?.[enforceLabel] ?? "";
  },
});

/** The resources of one kind of the core, networking or gateway groups, in any version: itself, a patch or a list. */
export function resourcesOf(kind: string, type: string, props: object): object[] {
  const [, found, form] =
    /^kubernetes:(?:core|(?:gateway\.)?networking\.k8s\.io|extensions)\/\w+:(\w+?)(Patch|List)?$/.exec(type) ?? [];
  if (found !== kind) return [];
  if (form === "List") return items(() => (props as { items?: object[] }).items);
  return [form === "Patch" ? partial(props) : props];
}

interface NetworkPolicyProps {
  metadata?: Metadata;
  spec?: {
    podSelector?: { matchLabels?: object; matchExpressions?: unknown[] };
    policyTypes?: string[];
    ingress?: unknown[];
    egress?: unknown[];
  };
}

const directions = ["Ingress", "Egress"] as const;

export const stackOf = (resources: readonly { type: string; props: object }[]): Stack => ({
  platform,
  get namespaces() {
    const used = resources.flatMap(({ type, props }) => podsOf(type, props).map(({ namespace }) => namespace));
    const names = [...new Set(used)].filter((name) => name !== undefined).sort();
    if (names.length === 0) return [];
    // What a patch makes of a policy depends on the policy, which is another's.
    const whole = resources.filter(({ type }) => !type.endsWith("Patch"));
    const policies = whole.flatMap(({ type, props }) => resourcesOf("NetworkPolicy", type, props)).map(denialOf);
    return names.map((name) => ({
      name,
      denies: directions.filter((direction) =>
        policies.some(({ namespace, denies }) => namespace === name && denies.includes(direction)),
      ),
    }));
  },
});

/** A policy closes a direction by selecting every pod for it and allowing nothing. */
function denialOf({ metadata, spec = {} }: NetworkPolicyProps): { namespace: string; denies: string[] } {
  const { podSelector, policyTypes, ingress = [], egress = [] } = spec;
  const everyPod =
    Object.keys(podSelector?.matchLabels ?? {}).length === 0 && (podSelector?.matchExpressions ?? []).length === 0;
  // Where it isn't said, a policy is about what comes in, and about what goes out if it has rules for that.
  const types = policyTypes ?? ["Ingress", ...(egress.length > 0 ? ["Egress"] : [])];
  const rules = { Ingress: ingress, Egress: egress };
  return {
    namespace: metadata?.namespace ?? "default",
    denies: everyPod ? directions.filter((type) => types.includes(type) && rules[type].length === 0) : [],
  };
}
