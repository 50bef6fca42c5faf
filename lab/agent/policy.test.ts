import type { V1Namespace, V1NetworkPolicy, V1NetworkPolicySpec, V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { type Direction, type Isolation, isolate } from "./policy.ts";

const namespaces: V1Namespace[] = [
  { metadata: { name: "trading", labels: { "kubernetes.io/metadata.name": "trading", team: "desk" } } },
  { metadata: { name: "other", labels: { "kubernetes.io/metadata.name": "other" } } },
];

function pod(namespace: string, name: string, address: string, change: Partial<V1Pod["spec"] & object> = {}): V1Pod {
  const ports = [{ name: "api", containerPort: name === "kafka" ? 9092 : 8080, protocol: "TCP" }];
  return {
    metadata: { namespace, name, labels: { app: name } },
    spec: { containers: [{ name, ports }], ...change },
    status: { podIP: address, phase: "Running" },
  };
}

const pods = [
  pod("trading", "kafka", "10.244.0.2"),
  pod("trading", "engine", "10.244.0.3"),
  pod("other", "engine", "10.244.0.4"),
  pod("other", "web", "10.244.0.5"),
];

const policy = (spec: V1NetworkPolicySpec, namespace = "trading"): V1NetworkPolicy => ({
  metadata: { namespace, name: "p" },
  spec,
});

const kafka = { matchLabels: { app: "kafka" } };
const engine = { matchLabels: { app: "engine" } };

/** The isolation of the pod kafka. */
function ofKafka(spec: V1NetworkPolicySpec, direction: Direction = "ingress"): Isolation | undefined {
  const world = { policies: [policy({ podSelector: kafka, ...spec })], namespaces, pods };
  return isolate(world).find((one) => one.address === "10.244.0.2" && one.direction === direction);
}

const allowedIn = (spec: V1NetworkPolicySpec) => ofKafka(spec)?.allowed;
const allowedOut = (spec: V1NetworkPolicySpec) => ofKafka({ policyTypes: ["Egress"], ...spec }, "egress")?.allowed;

describe("which pods are isolated", () => {
  const isolated = (...policies: V1NetworkPolicy[]) =>
    isolate({ policies, namespaces, pods }).map(({ pod, direction }) => `${pod} ${direction}`);

  it("none without a policy", () => expect(isolated()).toEqual([]));

  it("those that the selector selects, in the policy's own namespace", () =>
    expect(isolated(policy({ podSelector: engine }))).toEqual(["trading/engine ingress"]));

  it("every pod of the namespace with an empty selector, or none", () => {
    const all = ["trading/kafka ingress", "trading/engine ingress"];
    expect(isolated(policy({ podSelector: {} }))).toEqual(all);
    expect(isolated(policy({}))).toEqual(all);
  });

  it("for egress when the policy says so, or when it has egress rules and says nothing", () => {
    const both = ["trading/kafka ingress", "trading/kafka egress"];
    expect(isolated(policy({ podSelector: kafka, policyTypes: ["Egress"] }))).toEqual(["trading/kafka egress"]);
    expect(isolated(policy({ podSelector: kafka, policyTypes: ["Ingress", "Egress"] }))).toEqual(both);
    expect(isolated(policy({ podSelector: kafka, egress: [{}] }))).toEqual(both);
    expect(isolated(policy({ podSelector: kafka, egress: [] }))).toEqual(["trading/kafka ingress"]);
  });

  it("those that are here, and what they may do with pods elsewhere", () => {
    const spec: V1NetworkPolicySpec = { podSelector: {}, ingress: [{ _from: [{ podSelector: engine }] }] };
    const here = ({ metadata }: V1Pod) => metadata?.name === "kafka";
    const found = isolate({ policies: [policy(spec)], namespaces, pods }, here);
    expect(found).toMatchObject([{ pod: "trading/kafka", allowed: [{ peers: ["10.244.0.3"] }] }]);
  });

  it("not those on the host's network, without an address, or ended", () => {
    const strange: V1Pod[] = [
      pod("trading", "a", "10.215.0.2", { hostNetwork: true }),
      { ...pod("trading", "b", ""), status: { phase: "Pending" } },
      { ...pod("trading", "c", "10.244.0.9"), status: { podIP: "10.244.0.9", phase: "Succeeded" } },
    ];
    expect(isolate({ policies: [policy({ podSelector: {} })], namespaces, pods: strange })).toEqual([]);
  });
});

describe("what a rule allows", () => {
  it.each<[string, V1NetworkPolicySpec, unknown]>([
    ["no rules: nothing", {}, []],
    ["an empty rule: everything", { ingress: [{}] }, [{}]],
    ["empty lists in a rule: everything", { ingress: [{ _from: [], ports: [] }] }, [{}]],
    ["a pod selector: pods of the policy's namespace", from({ podSelector: engine }), [{ peers: ["10.244.0.3"] }]],
    [
      "an empty pod selector: all pods of the policy's namespace",
      from({ podSelector: {} }),
      [{ peers: ["10.244.0.2", "10.244.0.3"] }],
    ],
    [
      "a namespace selector: all pods there",
      from({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "other" } } }),
      [{ peers: ["10.244.0.4", "10.244.0.5"] }],
    ],
    [
      "an empty namespace selector: all pods",
      from({ namespaceSelector: {} }),
      [{ peers: ["10.244.0.2", "10.244.0.3", "10.244.0.4", "10.244.0.5"] }],
    ],
    [
      "both in one peer: both hold",
      from({ namespaceSelector: {}, podSelector: engine }),
      [{ peers: ["10.244.0.3", "10.244.0.4"] }],
    ],
    [
      "in two peers: either holds",
      from({ namespaceSelector: { matchLabels: { team: "desk" } } }, { podSelector: engine }),
      [{ peers: ["10.244.0.2", "10.244.0.3"] }, { peers: ["10.244.0.3"] }],
    ],
    ["a selector that selects nothing: nothing", from({ podSelector: { matchLabels: { app: "none" } } }), []],
    [
      "a block with exceptions",
      from({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }),
      [{ peers: ["10.0.0.0/8"], except: ["10.1.0.0/16"] }],
    ],
    ["an IPv6 block: nothing", from({ ipBlock: { cidr: "fd00::/8" } }), []],
  ])("%s", (_, spec, expected) => {
    expect(allowedIn(spec)).toEqual(expected);
  });

  it.each<[string, NonNullable<V1NetworkPolicySpec["ingress"]>[number]["ports"] & object, unknown]>([
    ["a number, TCP by default", [{ port: 9092 }], [{ protocol: "tcp", from: 9092 }]],
    ["UDP", [{ port: 53, protocol: "UDP" }], [{ protocol: "udp", from: 53 }]],
    ["a range", [{ port: 9000, endPort: 9100 }], [{ protocol: "tcp", from: 9000, to: 9100 }]],
    ["a protocol without a port", [{ protocol: "SCTP" }], [{ protocol: "sctp" }]],
    ["a name, looked up in the pod that the policy selects", [{ port: "api" }], [{ protocol: "tcp", from: 9092 }]],
  ])("ports: %s", (_, ports, expected) => {
    expect(allowedIn({ ingress: [{ ports }] })).toEqual([{ ports: expected }]);
  });

  it("allows nothing by a name that the pod does not have, or has for another protocol", () => {
    expect(allowedIn({ ingress: [{ ports: [{ port: "none" }] }] })).toEqual([]);
    expect(allowedIn({ ingress: [{ ports: [{ port: "api", protocol: "UDP" }] }] })).toEqual([]);
  });

  it("egress: a name means in each pod there what that pod calls so", () => {
    const to = [{ podSelector: {} }];
    expect(allowedOut({ egress: [{ to, ports: [{ port: "api" }] }] })).toEqual([
      { peers: ["10.244.0.2"], ports: [{ protocol: "tcp", from: 9092 }] },
      { peers: ["10.244.0.3"], ports: [{ protocol: "tcp", from: 8080 }] },
    ]);
  });

  it("egress: names and numbers in one rule", () => {
    const to = [{ podSelector: engine }];
    expect(allowedOut({ egress: [{ to, ports: [{ port: 53, protocol: "UDP" }, { port: "api" }] }] })).toEqual([
      { peers: ["10.244.0.3"], ports: [{ protocol: "udp", from: 53 }] },
      { peers: ["10.244.0.3"], ports: [{ protocol: "tcp", from: 8080 }] },
    ]);
  });

  it("reads sources under the API's own name too, as watched objects have it", () => {
    const watched = { from: [{ podSelector: engine }] } as object;
    expect(allowedIn({ ingress: [watched] })).toEqual([{ peers: ["10.244.0.3"] }]);
  });

  it("adds up what several policies allow, and never takes away", () => {
    const one = policy({ podSelector: kafka, ingress: [{ ports: [{ port: 1 }] }] });
    const two = { ...policy({ podSelector: {}, ingress: [] }), metadata: { namespace: "trading", name: "deny" } };
    const [ofKafka] = isolate({ policies: [one, two], namespaces, pods });
    expect(ofKafka?.allowed).toEqual([{ ports: [{ protocol: "tcp", from: 1 }] }]);
  });
});

function from(
  ...peers: NonNullable<NonNullable<V1NetworkPolicySpec["ingress"]>[number]["_from"]>
): V1NetworkPolicySpec {
  return { ingress: [{ _from: peers }] };
}
