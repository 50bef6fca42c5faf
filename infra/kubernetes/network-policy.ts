/**
 * Who may talk to whom: nobody, then exactly the edges. A workload's own policy says where it may go and who comes from outside;
 * what its needs must let in are policies of their own, so that a new consumer changes nothing that is there.
 */
import type { networking } from "@pulumi/kubernetes/types/input.js";
import { product } from "../names.ts";
import { isForeign, isRunning } from "../running.ts";
import type { Foreign, Needed, Running, Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { kindOf, metadata, partName, selector } from "./labels.ts";

type Peer = networking.v1.NetworkPolicyPeer;
type Port = networking.v1.NetworkPolicyPort;
type Spec = networking.v1.NetworkPolicySpec;

/** Networks that aren't the public internet: private, shared, link-local (where clouds keep instances' credentials), multicast. */
const notPublic = {
  "0.0.0.0/0": [
    ...["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
    "224.0.0.0/4",
  ],
  "::/0": ["::1/128", "fc00::/7", "fe80::/10", "ff00::/8"],
};

/** A port that serves nothing but metrics. */
const metricsOnly = "metrics";

export function toDefaultDeny(ctx: Pick<Context, "stack" | "namespace">) {
  return policy(metadata(ctx, product, "default-deny"), { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
}

export function toNetworkPolicies(w: Workload, ctx: Context) {
  const needs = [...new Map((w.needs ?? []).map((needed) => [needed.name, needed])).values()].sort(byName);
  const running = needs.filter(isRunning);
  const watching = running.filter((needed) => needed.monitors && w.metrics);
  const metrics = w.metrics ? [w.ports[w.metrics.port] as number] : [];
  return [
    toOwn(w, ctx, needs, watching, metrics),
    ...running.filter((needed) => opened(w, needed).length > 0).map((needed) => toProvider(w, ctx, needed)),
    ...watching.map((monitor) =>
      policy(metadata(ctx, monitor.name, partName(monitor.name, `to-${w.name}`)), {
        podSelector: { matchLabels: selector(monitor.name) },
        policyTypes: ["Egress"],
        egress: [{ to: [pods(w.name)], ports: tcp(metrics) }],
      }),
    ),
  ];
}

/**
 * The ports that an edge opens. The model names no ports on an edge, so it is as narrow as what is known of both ends: the
 * monitoring gets the metrics and nothing else, everybody else gets everything but what only serves metrics or peers.
 */
export function opened(
  w: Pick<Workload, "monitors">,
  needed: Pick<Running, "ports" | "metrics" | "peerPorts">,
): number[] {
  const { ports, metrics, peerPorts = [] } = needed;
  if (w.monitors) return metrics ? [ports[metrics.port] as number] : [];
  const names = Object.keys(ports).filter((name) => name !== metricsOnly && !peerPorts.includes(name));
  return names.map((name) => ports[name] as number);
}

function toOwn(w: Workload, ctx: Context, needs: Needed[], watching: Running[], metrics: number[]) {
  const quorum = toQuorum(w);
  const ingress = [
    ...quorum.map(({ peers, ports }) => ({ from: peers, ports })),
    ...watching.map(({ name }) => ({ from: [pods(name)], ports: tcp(metrics) })),
    ...fromOutside(w, ctx),
  ];
  const edges = needs.map((needed) => ({ to: placeOf(needed), ports: tcp(opened(w, needed)) }));
  const reached = [
    ...quorum.map(({ peers, ports }) => ({ to: peers, ports })),
    ...edges.filter(({ ports }) => ports.length > 0),
  ];
  const egress = [
    ...reached,
    ...(w.egress ? [{ to: outside(ctx) }] : []),
    ...(reached.length > 0 || w.egress ? [dns(ctx)] : []),
  ];
  return policy(metadata(ctx, w.name), {
    podSelector: { matchLabels: selector(w.name) },
    policyTypes: ["Ingress", "Egress"],
    ...(ingress.length > 0 && { ingress }),
    ...(egress.length > 0 && { egress }),
  });
}

/** Members have the same ports, so each knows those of the others. */
function toQuorum({ name, ports, peers }: Workload): { peers: Peer[]; ports: Port[] }[] {
  const others = (peers?.members ?? []).filter((member) => member !== name).sort();
  if (!peers || others.length === 0) return [];
  return [{ peers: others.map(pods), ports: tcp(peers.ports.map((port) => ports[port] as number)) }];
}

function toProvider(w: Workload, ctx: Context, needed: Running) {
  return policy(metadata(ctx, needed.name, partName(needed.name, `from-${w.name}`)), {
    podSelector: { matchLabels: selector(needed.name) },
    policyTypes: ["Ingress"],
    ingress: [{ from: [pods(w.name)], ports: tcp(opened(w, needed)) }],
  });
}

/** The pods and networks that the configuration names, and nobody else; a port-forward passes by all policies. */
function fromOutside(w: Workload, { exposing: { from, allowFrom } }: Context) {
  const ports = Object.keys(w.expose ?? {}).map((name) => w.ports[name] as number);
  const peers = [...(from ? [entering(from)] : []), ...allowFrom.map((cidr) => ({ ipBlock: { cidr } }))];
  return ports.length > 0 && peers.length > 0 ? [{ from: peers, ports: tcp(ports) }] : [];
}

function entering({ namespace, labels }: NonNullable<Context["exposing"]["from"]>): Peer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(Object.keys(labels).length > 0 && { podSelector: { matchLabels: { ...labels } } }),
  };
}

function outside({ outside: networks }: Context): Peer[] {
  if (networks.length > 0) return networks.map((cidr) => ({ ipBlock: { cidr } }));
  return Object.entries(notPublic).map(([cidr, except]) => ({ ipBlock: { cidr, except } }));
}

function dns({ dnsServers }: Context): { to: Peer[]; ports: Port[] } {
  const cluster = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
  };
  return {
    to: [cluster, ...dnsServers.map((cidr) => ({ ipBlock: { cidr } }))],
    ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })),
  };
}

/** Of a foreign server, what is known of where it is; what it lets in is said on its own side. */
function placeOf(needed: Needed): Peer[] {
  return isForeign(needed) ? foreignPlace(needed) : [pods(needed.name)];
}

function foreignPlace({ place }: Foreign): Peer[] {
  if ("networks" in place) return place.networks.map((cidr) => ({ ipBlock: { cidr } }));
  const { namespace, labels } = place;
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const named = Object.keys(labels).length > 0;
  return [{ namespaceSelector, ...(named && { podSelector: { matchLabels: labels } }) }];
}

const pods = (workload: string): Peer => ({ podSelector: { matchLabels: selector(workload) } });

function tcp(ports: readonly number[]): Port[] {
  return [...new Set(ports)].sort((a, b) => a - b).map((port) => ({ protocol: "TCP", port }));
}

function policy(meta: ReturnType<typeof metadata>, spec: Spec) {
  return { ...kindOf("networking.k8s.io/v1", "NetworkPolicy"), metadata: meta, spec };
}

const byName = (a: Needed, b: Needed): number => (a.name < b.name ? -1 : 1);
