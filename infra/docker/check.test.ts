import { describe, expect, test } from "vitest";
import { inClusters, minimal } from "../fixtures/workloads.ts";
import type { Workload } from "../workload.ts";
import { checkDocker } from "./check.ts";
import type { HostFacts } from "./host.ts";

const host: HostFacts = { cpus: [0, 1, 2, 3], numaNodes: 1, hugePages: { "2Mi": 32 }, raisesMemlock: true, routes: [] };
const said = (w: Partial<Workload>, facts: HostFacts | undefined = host, taken = new Map<number, string>()) =>
  checkDocker({ ...minimal, ...w }, facts, taken).map(({ where, what, allowed }) => `${where}: ${what} (${allowed})`);

test("a plain workload is accepted", () => expect(said({})).toEqual([]));

test.each(Object.entries(inClusters))(
  "%s, which needs a cluster, is refused for each thing that docker lacks",
  (_, w) => {
    const found = checkDocker(w, host, new Map());
    expect(found).toHaveLength((w.needs ?? []).length + Object.keys(w.secretRefs ?? {}).length);
    for (const { remedy } of found) expect(remedy).toContain("kubernetes");
  },
);

describe("refused", () => {
  test.each<[string, Partial<Workload>, string]>([
    [
      "replicas",
      { replicas: 3 },
      "workload example, replicas: docker runs one replica of a workload (1, on the docker platform)",
    ],
    [
      "a quorum",
      { peers: { members: ["example", "other"], ports: [] } },
      "workload example, peers: docker runs no quorum: on one host it makes nothing safer (one member, on the docker platform)",
    ],
    [
      "too little memory",
      { resources: { cpu: 1, memory: "5Mi" } },
      "workload example, resources.memory: less than the engine accepts (at least 6Mi)",
    ],
    [
      "more processor time than the host has",
      { resources: { cpu: 5, memory: "64Mi" } },
      "workload example, resources.cpu: the engine can't give so much processor time (from 0.01 to 4, the cores of this host)",
    ],
    [
      "cores that aren't there",
      { latency: { cpus: "3-4" } },
      "workload example, latency.cpus: the host has no such cores (some of 0,1,2,3)",
    ],
    [
      "a memory node",
      { latency: { cpus: "1", numaNode: 1 } },
      "workload example, latency.numaNode: Docker can't bind memory to a node (its provider has no cpuset-mems) (0, this host's only node, or nothing)",
    ],
    [
      "more huge pages than the pool has",
      { latency: { cpus: "1", hugePages: { "2Mi": "66Mi" } } },
      "workload example, latency.hugePages.2Mi: the host's pool of huge pages is too small (at most 32 pages of 2Mi)",
    ],
  ])("%s", (_, change, expected) => expect(said(change)).toEqual([expected]));
});

test("the only memory node there is may be asked for", () => {
  expect(said({ latency: { cpus: "1", numaNode: 0 } })).toEqual([]);
});

test("of an engine elsewhere nothing is assumed, but what Docker never does is still refused", () => {
  const elsewhere = (w: Partial<Workload>) => checkDocker({ ...minimal, ...w }, undefined, new Map());
  expect(elsewhere({ resources: { cpu: 500, memory: "64Mi" }, latency: { cpus: "900" } })).toEqual([]);
  expect(elsewhere({ resources: { cpu: 500, memory: "64Mi" } })).toEqual([]);
  expect(elsewhere({ latency: { cpus: "1", numaNode: 0 } })).toHaveLength(1);
});

test("a port of the host belongs to one workload, once", () => {
  const taken = new Map([[8443, "gateway"]]);
  expect(said({ ports: { a: 1 }, expose: { a: 8443 } }, host, taken)[0]).toContain(
    "already belongs to workload gateway",
  );
  expect(said({ ports: { a: 1, b: 2 }, expose: { a: 99, b: 99 } })).toHaveLength(1);
});
