import type { V1NodeSystemInfo } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { type NodeProfile, toNodeProfile } from "../../infra/kubernetes/node-profile/profile.ts";
import { type ClusterNeeds, judgeCluster } from "./cluster-checks.ts";
import { type ClusterFacts, type NodeFacts, toNodeFacts } from "./cluster-facts.ts";
import type { State } from "./finding.ts";
import { type KubeletFacts, toKubeletFacts } from "./kubelet-facts.ts";
import { whyNot } from "./node-checks.ts";
import { notesOf } from "./node-notes.ts";
import { needed, shownRight } from "./rights.ts";

const MiB = 1024 ** 2;
const pool = { label: "cipherhorizon.io/pool", value: "latency" };
const engine = { cores: 2, memory: 128 * MiB, hugePages: { "2Mi": 64 * MiB } };

const node: NodeFacts = {
  name: "fast",
  ready: true,
  schedulable: true,
  labels: { [pool.label]: pool.value },
  taints: [{ key: pool.label, value: pool.value, effect: "NoSchedule" }],
  cores: 4,
  memory: 1024 * MiB,
  hugePages: { "2Mi": 128 * MiB },
  capacity: { cores: 4, hugePages: { "2Mi": 128 * MiB } },
  version: "v1.36.3",
};

const kubelet: KubeletFacts = {
  cpuManagerPolicy: "static",
  wholeCores: true,
  topologyManagerPolicy: "single-numa-node",
  memoryManagerPolicy: "Static",
  reservedSystemCPUs: "0-1",
  quotaOnExclusive: false,
};

const machine = { cores: "0-3", reserved: "0-1", threadsPerCore: 1, hugePages: {}, memoryReserved: "1Gi" } as const;
const profile = toNodeProfile({ ...machine, hugePages: { "2Mi": "128Mi" } }, pool);

const good: ClusterFacts = {
  server: "https://10.0.0.1:6443",
  version: "v1.36.3",
  denied: [],
  podSecurity: "refused",
  storageClasses: [{ name: "fast", isDefault: true }],
  nodes: [node],
  secrets: {},
  namespace: "trading",
};

const findings = (facts: Partial<ClusterFacts>, needs: Partial<ClusterNeeds> = {}) =>
  judgeCluster({ ...good, ...facts }, { pool, ...needs });
const verdict = (check: string, facts: Partial<ClusterFacts>, needs?: Partial<ClusterNeeds>): State | undefined =>
  findings(facts, needs).find((finding) => finding.check === check)?.state;

describe("doctor of a cluster", () => {
  it("finds nothing missing with a good one, and says what can't be known", () => {
    const nodes = [{ ...node, kubelet }];
    const degraded = findings({ nodes }, { engine, profile }).filter(({ state }) => state !== "fine");
    expect(degraded.map(({ check, state }) => [check, state])).toEqual([["network policies", "degraded"]]);
  });

  it.each<[string, string, Partial<ClusterFacts>, State, Partial<ClusterNeeds>?]>([
    ["an old version", "kubernetes", { version: "v1.33.9" }, "missing"],
    ["the oldest that is tried", "kubernetes", { version: "v1.34.0-eks-1" }, "fine"],
    ["the newest that is tried", "kubernetes", { version: "v1.37.2" }, "fine"],
    ["a newer version", "kubernetes", { version: "v1.38.0" }, "degraded"],
    ["no version", "kubernetes", { version: "dev" }, "degraded"],
    ["a denied right", "rights", { denied: needed.slice(0, 9) }, "missing"],
    ["no pod security", "pod security", { podSecurity: "admitted" }, "degraded"],
    ["no namespace yet", "pod security", { podSecurity: "unknown" }, "degraded"],
    ["no storage class", "storage class", { storageClasses: [] }, "missing"],
    ["no default storage class", "storage class", { storageClasses: [{ name: "a", isDefault: false }] }, "missing"],
    [
      "a named storage class, no default",
      "storage class",
      { storageClasses: [{ name: "a", isDefault: false }] },
      "fine",
      { storageClass: "a" },
    ],
    ["a storage class that isn't there", "storage class", {}, "missing", { storageClass: "a" }],
    [
      "two defaults",
      "storage class",
      { storageClasses: ["a", "b"].map((name) => ({ name, isDefault: true })) },
      "degraded",
    ],
    ["no node", "nodes", { nodes: [] }, "missing"],
    ["no ready node", "nodes", { nodes: [{ ...node, ready: false }] }, "missing"],
    ["only a cordoned node", "nodes", { nodes: [{ ...node, schedulable: false }] }, "missing"],
    ["no node for the engine", "nodes for the engine", { nodes: [{ ...node, cores: 1.9 }] }, "missing", { engine }],
    ["the same without a profile", "nodes", { nodes: [{ ...node, cores: 1.9 }] }, "fine"],
  ])("%s", (_, check, facts, state, needs) => {
    expect(verdict(check, facts, needs)).toBe(state);
  });

  it("names the rights that are denied, and counts the rest", () => {
    const found = findings({ denied: needed.slice(0, 9) }).find(({ check }) => check === "rights")?.found;
    expect(found).toContain("create namespaces");
    expect(found).toMatch(/and 3 more$/);
    expect(shownRight({ verb: "create", group: "", resource: "pods", subresource: "exec" })).toBe("create pods/exec");
  });

  it("leaves nodes outside the pool unmentioned where the pool can host the engine", () => {
    const plain = { ...node, name: "plain", labels: {} };
    expect(findings({ nodes: [plain, node] }, { engine }).map(({ check }) => check)).not.toContain("node plain");
    expect(findings({ nodes: [plain] }, { engine }).map(({ check }) => check)).toContain("node plain");
  });

  it("says in the one line that stops `up` why no node can host the engine, and what to do", () => {
    const nodes = ["z", "a", "b", "c"].map((name) => ({ ...node, name, labels: {}, cores: 1, ready: name !== "z" }));
    const { found, advice } = findings({ nodes }, { engine }).find(({ state }) => state === "missing") ?? {};
    expect(found).toBe(
      `none of 4; a: not in the pool: no label ${pool.label}=${pool.value}, 1 whole cores allocatable, 2 wanted; ` +
        `b: not in the pool: no label ${pool.label}=${pool.value}, 1 whole cores allocatable, 2 wanted; and 2 more`,
    );
    expect(advice).toContain(`kubectl label node NAME ${pool.label}=${pool.value}`);
  });

  it("says of a thousand nodes what fits on a screen", () => {
    const nodes = Array.from({ length: 1000 }, (_, n) => ({ ...node, name: `n${n}`, cores: 0.5 }));
    expect(findings({ nodes }, { engine }).length).toBeLessThan(40);
  });
});

describe("why a node can't host the engine", () => {
  it.each<[string, Partial<NodeFacts>, string[]]>([
    ["nothing", {}, []],
    ["a soft taint", { taints: [{ key: "a", effect: "PreferNoSchedule" }] }, []],
    ["a taint", { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] }, ["taint gpu=yes:NoSchedule"]],
    [
      "the pool's taint, but one that also evicts",
      { taints: [{ key: pool.label, value: pool.value, effect: "NoExecute" }] },
      [`taint ${pool.label}=${pool.value}:NoExecute`],
    ],
    ["another pool", { labels: {} }, [`not in the pool: no label ${pool.label}=${pool.value}`]],
    ["too few whole cores", { cores: 1.9 }, ["1 whole cores allocatable, 2 wanted"]],
    ["too little memory", { memory: MiB }, ["1 MiB allocatable, 128 MiB wanted"]],
    ["no huge pages", { hugePages: {} }, ["0 MiB of 2Mi huge pages allocatable, 64 MiB wanted"]],
    ["not ready and cordoned", { ready: false, schedulable: false }, ["not ready", "cordoned"]],
  ])("%s", (_, change, reasons) => {
    expect(whyNot({ ...node, ...change }, engine, { pool })).toEqual(reasons);
  });

  it("is also its kubelet, where it is known", () => {
    const why = (change: Partial<KubeletFacts>, of?: NodeProfile) =>
      whyNot({ ...node, kubelet: { ...kubelet, ...change } }, engine, { pool, profile: of });
    expect(why({})).toEqual([]);
    expect(why({ cpuManagerPolicy: "none" })).toEqual(["cpuManagerPolicy none: no core is exclusive"]);
    expect(why({ topologyManagerPolicy: "none" }, profile)).toEqual([]);
    const two = toNodeProfile({ ...machine, numaNodes: ["0-1", "2-3"] }, pool);
    expect(why({ topologyManagerPolicy: "none" }, two)).toEqual([
      "topologyManagerPolicy none: cores and memory of different memory nodes",
    ]);
  });
});

describe("of a node that can host it", () => {
  it.each<[string, Partial<NodeFacts>, string[]]>([
    ["nothing is said where all is as it should be", {}, []],
    [
      "a quota",
      { kubelet: { ...kubelet, quotaOnExclusive: true } },
      ["a CPU quota stays on exclusive cores: it stalls the engine"],
    ],
    [
      "other reserved cores",
      { kubelet: { ...kubelet, reservedSystemCPUs: "" } },
      ["reservedSystemCPUs not set, 0-1 in the configuration: not the isolated cores"],
    ],
    [
      "remote memory",
      { kubelet: { ...kubelet, memoryManagerPolicy: "None" } },
      ["memoryManagerPolicy None: memory may be remote"],
    ],
    [
      "another machine",
      { capacity: { cores: 8, hugePages: {} } },
      [
        "has 8 cores, 4 in the configuration: another kind of machine",
        "fewer huge pages of 2Mi than in the configuration",
      ],
    ],
    [
      "what node feature discovery has found",
      {
        labels: {
          "feature.node.kubernetes.io/cpu-hardware_multithreading": "true",
          "feature.node.kubernetes.io/cpu-pstate.scaling_governor": "powersave",
        },
      },
      [
        "hardware threads are on, threadsPerCore is 1 in the configuration",
        "scaling governor powersave: cores slow down",
      ],
    ],
  ])("%s", (_, change, notes) => expect(notesOf({ ...node, kubelet, ...change }, profile)).toEqual(notes));

  it("says which kubelets could not be asked, and why", () => {
    const nodes = (["denied", "silent"] as const).map((why) => ({ ...node, name: why, kubelet: why }));
    const said = findings({ nodes }, { engine }).filter(({ check }) => check === "kubelets");
    expect(said.map(({ state, found }) => [state, found])).toEqual([
      ["degraded", "these credentials may not ask them (get nodes/proxy)"],
      ["degraded", "no answer in time from silent"],
    ]);
  });
});

describe("a kubelet's answer", () => {
  const answer = (kubeletconfig: object) => JSON.stringify({ kubeletconfig });

  it("has the kubelet's defaults where it says nothing", () => {
    expect(toKubeletFacts(answer({}), "v1.36.3")).toEqual({
      cpuManagerPolicy: "none",
      wholeCores: false,
      topologyManagerPolicy: "none",
      memoryManagerPolicy: "None",
      reservedSystemCPUs: "",
      quotaOnExclusive: false,
    });
  });

  it.each<[string, object, boolean]>([
    ["v1.32.9", {}, true],
    ["v1.33.0", {}, false],
    ["v1.36.3", { featureGates: { DisableCPUQuotaWithExclusiveCPUs: false } }, true],
    ["v1.32.9", { cpuCFSQuota: false }, false],
  ])("of %s with %j: a quota stays: %s", (version, config, stays) => {
    expect(toKubeletFacts(answer(config), version)).toMatchObject({ quotaOnExclusive: stays });
  });

  it("that is none is no answer", () => {
    for (const text of ["", "<html>", "{}"]) expect(toKubeletFacts(text, "v1.36.3")).toBe("silent");
  });
});

it("reads a node as the API has it", () => {
  const facts = toNodeFacts({
    metadata: { name: "n", labels: { a: "b" } },
    spec: { unschedulable: true },
    status: {
      allocatable: { cpu: "1500m", memory: "1Mi", "hugepages-2Mi": "128Mi", pods: "110" },
      capacity: { cpu: "2", memory: "2Mi", "hugepages-2Mi": "130Mi", pods: "110" },
      nodeInfo: { kubeletVersion: "v1.36.3" } as V1NodeSystemInfo,
      conditions: [{ type: "Ready", status: "True" }],
    },
  });
  expect(facts).toEqual({
    name: "n",
    ready: true,
    schedulable: false,
    labels: { a: "b" },
    taints: [],
    cores: 1.5,
    memory: MiB,
    hugePages: { "2Mi": 128 * MiB },
    capacity: { cores: 2, hugePages: { "2Mi": 130 * MiB } },
    version: "v1.36.3",
  });
});
