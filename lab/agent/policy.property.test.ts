/**
 * The oracle asks the documentation's question, "may this connection be made?", of the policies themselves, one
 * connection at a time; the rules under test are resolved beforehand. They must agree on every connection of random worlds.
 */
import { BlockList } from "node:net";
import type {
  V1Namespace,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
  V1Pod,
} from "@kubernetes/client-node";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Allowed, isolate, type World } from "./policy.ts";

const namespaces: V1Namespace[] = ["x", "y"].map((name) => ({ metadata: { name, labels: { name } } }));

const pods: V1Pod[] = ["x", "x", "y", "y"].map((namespace, i) => ({
  metadata: { namespace, name: `p${i}`, labels: { app: i % 2 === 0 ? "a" : "b" } },
  spec: { containers: [{ name: "c", ports: [{ name: "web", containerPort: 80 + (i % 2) }] }] },
  status: { podIP: `10.0.${i}.1`, phase: "Running" },
}));

interface Connection {
  from: V1Pod;
  to: V1Pod;
  port: number;
}

const connections: Connection[] = pods.flatMap((from) =>
  pods.flatMap((to) => (from === to ? [] : [80, 81, 82].map((port) => ({ from, to, port })))),
);

const selector = fc.constantFrom({}, { matchLabels: { app: "a" } }, { matchLabels: { app: "b" } });
const places = fc.constantFrom({}, { matchLabels: { name: "x" } }, { matchLabels: { name: "none" } });
const peer: fc.Arbitrary<V1NetworkPolicyPeer> = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  places.map((namespaceSelector) => ({ namespaceSelector })),
  fc.record({ podSelector: selector, namespaceSelector: places }),
  fc.constantFrom<V1NetworkPolicyPeer[]>(
    { ipBlock: { cidr: "10.0.0.0/16" } },
    { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.1.0/24", "10.0.0.0/23"] } },
    { ipBlock: { cidr: "192.168.0.0/16" } },
  ),
);
const port: fc.Arbitrary<V1NetworkPolicyPort> = fc.constantFrom<V1NetworkPolicyPort[]>(
  { port: 80 },
  { port: 80, endPort: 81 },
  { port: 81, protocol: "UDP" },
  { protocol: "TCP" },
  { port: "web" },
  { port: "none" },
);
const several = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 2 });
const optional = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const rule = fc.record({ peers: optional(several(peer)), ports: optional(several(port)) });
const types = fc.constantFrom<(string[] | undefined)[]>(undefined, ["Ingress"], ["Egress"], ["Ingress", "Egress"]);

const policy: fc.Arbitrary<V1NetworkPolicy> = fc
  .record({
    namespace: fc.constantFrom("x", "y"),
    podSelector: selector,
    types,
    ingress: optional(several(rule)),
    egress: optional(several(rule)),
  })
  .map(({ namespace, podSelector, types, ingress, egress }) => ({
    metadata: { namespace, name: "p" },
    spec: {
      podSelector,
      ...(types === undefined ? {} : { policyTypes: types }),
      ...(ingress === undefined ? {} : { ingress: ingress.map(({ peers, ports }) => trim({ _from: peers, ports })) }),
      ...(egress === undefined ? {} : { egress: egress.map(({ peers, ports }) => trim({ to: peers, ports })) }),
    },
  }));

function trim<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never;
}

/** Labels as Kubernetes compares them, for the selectors above. */
const fits = (wanted: { matchLabels?: Record<string, string> } | undefined, labels: Record<string, string> = {}) =>
  Object.entries(wanted?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);

function inBlocks(cidrs: string[], address: string): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits = "32"] = cidr.split("/");
    list.addSubnet(network, Number(bits), "ipv4");
  }
  return list.check(address);
}

function oracle(policies: V1NetworkPolicy[], { from, to, port }: Connection): boolean {
  const sides = [
    { subject: from, other: to, type: "Egress" },
    { subject: to, other: from, type: "Ingress" },
  ];
  return sides.every(({ subject, other, type }) => {
    const selecting = policies.filter(({ metadata, spec }) => {
      const declared = spec?.policyTypes ?? (spec?.egress?.length ? ["Ingress", "Egress"] : ["Ingress"]);
      const chosen = metadata?.namespace === subject.metadata?.namespace && declared.includes(type);
      return chosen && fits(spec?.podSelector, subject.metadata?.labels);
    });
    if (selecting.length === 0) return true;
    return selecting.some(({ metadata, spec }) => {
      const rules = type === "Ingress" ? spec?.ingress : spec?.egress;
      return (rules ?? []).some((rule) => {
        const peers = ("_from" in rule ? rule._from : "to" in rule ? rule.to : undefined) as
          | V1NetworkPolicyPeer[]
          | undefined;
        const peerFits = !peers?.length || peers.some((one) => isPeer(one, other, metadata?.namespace));
        const portFits = !rule.ports?.length || rule.ports.some((one) => isPort(one, to, port));
        return peerFits && portFits;
      });
    });
  });
}

function isPeer(peer: V1NetworkPolicyPeer, { metadata, status }: V1Pod, own: string | undefined): boolean {
  if (peer.ipBlock) {
    const address = status?.podIP ?? "";
    return inBlocks([peer.ipBlock.cidr], address) && !inBlocks(peer.ipBlock.except ?? [], address);
  }
  const place = peer.namespaceSelector
    ? fits(peer.namespaceSelector, { name: metadata?.namespace ?? "" })
    : metadata?.namespace === own;
  return place && fits(peer.podSelector, metadata?.labels);
}

/** A TCP connection to a pod's port; a name is always that of the pod that is connected to. */
function isPort(wanted: V1NetworkPolicyPort, to: V1Pod, port: number): boolean {
  if ((wanted.protocol ?? "TCP") !== "TCP") return false;
  if (wanted.port === undefined) return true;
  if (typeof wanted.port === "string") {
    return (
      to.spec?.containers[0]?.ports?.some((one) => one.name === wanted.port && one.containerPort === port) ?? false
    );
  }
  return port >= wanted.port && port <= (wanted.endPort ?? wanted.port);
}

function resolved(world: World): (connection: Connection) => boolean {
  const isolations = isolate(world);
  const passes = ({ peers, except, ports }: Allowed, other: string, port: number): boolean =>
    (peers === undefined || inBlocks(peers, other)) &&
    !inBlocks(except ?? [], other) &&
    (ports ?? [{ protocol: "tcp" as const }]).some(
      ({ protocol, from = 0, to = from || 65535 }) => protocol === "tcp" && port >= from && port <= to,
    );
  return ({ from, to, port }) => {
    const [source = "", target = ""] = [from.status?.podIP, to.status?.podIP];
    return isolations.every(({ address, direction, allowed }) => {
      const [subject, other] = direction === "egress" ? [source, target] : [target, source];
      return subject !== address || allowed.some((one) => passes(one, other, port));
    });
  };
}

it("the resolved rules and the policies agree on every connection", () => {
  let [open, closed] = [0, 0];
  fc.assert(
    fc.property(fc.array(policy, { maxLength: 4 }), (policies) => {
      const verdict = resolved({ policies, namespaces, pods });
      for (const connection of connections) {
        const expected = oracle(policies, connection);
        expect(verdict(connection), JSON.stringify(connection)).toBe(expected);
        if (expected) open += 1;
        else closed += 1;
      }
    }),
    { numRuns: 300 },
  );
  // Neither answer may be the rare one, or the test proves little.
  expect(Math.min(open, closed) / (open + closed)).toBeGreaterThan(0.1);
});
