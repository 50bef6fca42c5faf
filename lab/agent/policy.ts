/**
 * What NetworkPolicies allow, resolved to addresses: the semantics of the Kubernetes documentation
 * (concepts/services-networking/network-policies) for an IPv4 cluster. Pure.
 */
import { BlockList } from "node:net";
import type {
  V1Namespace,
  V1NetworkPolicy,
  V1NetworkPolicyIngressRule,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1Pod,
} from "@kubernetes/client-node";
import { matches } from "./selector.ts";

export interface World {
  policies: V1NetworkPolicy[];
  pods: V1Pod[];
  namespaces: V1Namespace[];
}

export type Direction = "ingress" | "egress";
export type Protocol = "tcp" | "udp" | "sctp";

/** Without `from` every port of the protocol. */
export interface Ports {
  protocol: Protocol;
  from?: number;
  to?: number;
}

/** What one rule lets through: the other side and the port. An absent part lets everything through. */
export interface Allowed {
  /** IPv4 addresses and CIDR blocks. */
  peers?: string[];
  /** CIDR blocks taken out of `peers`. */
  except?: string[];
  ports?: Ports[];
}

/** A pod that some policy selects for a direction: what is not allowed is dropped. */
export interface Isolation {
  address: string;
  /** namespace/name, for people. */
  pod: string;
  direction: Direction;
  allowed: Allowed[];
}

interface Rule {
  peers: V1NetworkPolicyPeer[];
  ports: V1NetworkPolicyPort[];
}

/** For the pods that are `here`, each by what it may do with all. In an order that depends on nothing but the objects. */
export function isolate(world: World, here: (pod: V1Pod) => boolean = () => true): Isolation[] {
  const pods = world.pods.filter(isSubject).sort(byAddress);
  return pods.filter(here).flatMap((pod) =>
    (["ingress", "egress"] as const).flatMap((direction) => {
      const policies = world.policies.filter((policy) => selects(policy, pod, direction));
      if (policies.length === 0) return [];
      const allowed = policies.sort(byName).flatMap((policy) => {
        const namespace = policy.metadata?.namespace ?? "";
        return rulesOf(policy, direction).flatMap((rule) => allow(rule, pod, direction, namespace, { ...world, pods }));
      });
      return [{ address: addressOf(pod), pod: `${pod.metadata?.namespace}/${pod.metadata?.name}`, direction, allowed }];
    }),
  );
}

/** Pods on the host's network share the node's address, so policies leave them out; ended pods have none. */
function isSubject({ spec, status }: V1Pod): boolean {
  return status?.podIP !== undefined && !spec?.hostNetwork && status.phase !== "Succeeded" && status.phase !== "Failed";
}

const addressOf = (pod: V1Pod): string => pod.status?.podIP ?? "";
const byAddress = (a: V1Pod, b: V1Pod): number => (addressOf(a) < addressOf(b) ? -1 : 1);
const nameOf = ({ metadata }: V1NetworkPolicy): string => `${metadata?.namespace}/${metadata?.name}`;
const byName = (a: V1NetworkPolicy, b: V1NetworkPolicy): number => (nameOf(a) < nameOf(b) ? -1 : 1);

function selects(policy: V1NetworkPolicy, pod: V1Pod, direction: Direction): boolean {
  return (
    policy.metadata?.namespace === pod.metadata?.namespace &&
    directionsOf(policy).includes(direction) &&
    matches(policy.spec?.podSelector, pod.metadata?.labels ?? {})
  );
}

/** Without policyTypes: ingress always, egress where the policy has egress rules. */
function directionsOf({ spec }: V1NetworkPolicy): Direction[] {
  if (spec?.policyTypes !== undefined) return spec.policyTypes.map((type) => type.toLowerCase() as Direction);
  return (spec?.egress ?? []).length > 0 ? ["ingress", "egress"] : ["ingress"];
}

function rulesOf({ spec }: V1NetworkPolicy, direction: Direction): Rule[] {
  return direction === "ingress"
    ? (spec?.ingress ?? []).map((rule) => ({ peers: sourcesOf(rule), ports: rule.ports ?? [] }))
    : (spec?.egress ?? []).map((rule) => ({ peers: rule.to ?? [], ports: rule.ports ?? [] }));
}

/** The client renames `from` in what it lists and leaves it in what it watches. */
function sourcesOf(rule: V1NetworkPolicyIngressRule & { from?: V1NetworkPolicyPeer[] }): V1NetworkPolicyPeer[] {
  return rule._from ?? rule.from ?? [];
}

/** A rule whose peers or ports resolve to nothing allows nothing. */
function allow(rule: Rule, pod: V1Pod, direction: Direction, namespace: string, world: World): Allowed[] {
  const peers = rule.peers.length === 0 ? [anyone] : rule.peers.flatMap((peer) => resolve(peer, namespace, world));
  if (rule.ports.length === 0) return peers.map(withoutPods);
  const numbered = rule.ports.filter(({ port }) => typeof port !== "string");
  const named = rule.ports.filter(({ port }) => typeof port === "string");
  const own = [...numbered.map(toPorts), ...(direction === "ingress" ? portsNamed(named, pod) : [])];
  const direct = own.length === 0 ? [] : peers.map((peer) => ({ ...withoutPods(peer), ports: own }));
  return direction === "ingress" ? direct : [...direct, ...peers.flatMap((peer) => toNamed(named, peer, world))];
}

interface Peer extends Allowed {
  /** The pods behind `peers`, where they are pods: a named port is looked up in them. Everyone: all pods. */
  pods: V1Pod[] | "all";
}

const anyone: Peer = { pods: "all" };
const withoutPods = ({ peers, except }: Peer): Allowed => ({
  ...(peers === undefined ? {} : { peers }),
  ...(except === undefined ? {} : { except }),
});

function resolve({ ipBlock, podSelector, namespaceSelector }: V1NetworkPolicyPeer, own: string, world: World): Peer[] {
  if (ipBlock !== undefined) {
    if (ipBlock.cidr.includes(":")) return []; // no pod has an IPv6 address
    const except = (ipBlock.except ?? []).filter((cidr) => !cidr.includes(":"));
    const block = blocks([ipBlock.cidr]);
    const holes = blocks(except);
    const inside = world.pods.map((pod) => ({ pod, address: addressOf(pod) }));
    const pods = inside.filter(({ address }) => block.check(address) && !holes.check(address)).map(({ pod }) => pod);
    return [{ peers: [ipBlock.cidr], ...(except.length === 0 ? {} : { except }), pods }];
  }
  const namespaces = world.namespaces
    .filter(({ metadata }) =>
      namespaceSelector === undefined ? metadata?.name === own : matches(namespaceSelector, metadata?.labels ?? {}),
    )
    .map(({ metadata }) => metadata?.name);
  const pods = world.pods.filter(
    ({ metadata }) => namespaces.includes(metadata?.namespace) && matches(podSelector, metadata?.labels ?? {}),
  );
  return pods.length === 0 ? [] : [{ peers: pods.map(addressOf), pods }];
}

function blocks(cidrs: string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits] = cidr.split("/");
    list.addSubnet(network, Number(bits));
  }
  return list;
}

const protocolOf = ({ protocol }: { protocol?: string }): Protocol => (protocol ?? "TCP").toLowerCase() as Protocol;

function toPorts(port: V1NetworkPolicyPort): Ports {
  if (typeof port.port !== "number") return { protocol: protocolOf(port) };
  return {
    protocol: protocolOf(port),
    from: port.port,
    ...(port.endPort === undefined ? {} : { to: port.endPort }),
  };
}

/** The numbers that a pod's containers give to the names. */
function portsNamed(named: V1NetworkPolicyPort[], pod: V1Pod): Ports[] {
  const declared = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].flatMap(
    ({ ports }) => ports ?? [],
  );
  return named.flatMap((wanted) =>
    declared
      .filter((port) => port.name === wanted.port && protocolOf(port) === protocolOf(wanted))
      .map((port) => ({ protocol: protocolOf(port), from: port.containerPort })),
  );
}

/** A name on the other side means in each pod there what that pod calls so. */
function toNamed(named: V1NetworkPolicyPort[], peer: Peer, world: World): Allowed[] {
  const pods = peer.pods === "all" ? world.pods : peer.pods;
  return pods.flatMap((pod) => {
    const ports = portsNamed(named, pod);
    return ports.length === 0 ? [] : [{ peers: [addressOf(pod)], ports }];
  });
}
