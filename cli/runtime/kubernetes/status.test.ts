import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { bestOf, toStatus } from "./status.ts";

type Status = NonNullable<V1Pod["status"]>;

function pod(name: string, change: { workload?: string; status?: Status; going?: boolean } = {}): V1Pod {
  return {
    metadata: {
      name,
      labels: { "app.kubernetes.io/name": change.workload ?? "kafka" },
      ...(change.going && { deletionTimestamp: new Date(0) }),
    },
    spec: { containers: [{ name: "main", image: "registry.invalid/kafka" }] },
    status: change.status ?? ready,
  };
}

const container = { name: "main", image: "", imageID: "sha256:1", ready: true, restartCount: 2 };
const ready: Status = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "True" }],
  containerStatuses: [{ ...container, started: true, state: { running: { startedAt: new Date(0) } } }],
};
const unready: Status = { phase: "Running", conditions: [{ type: "Ready", status: "False" }] };

const row = (given: V1Pod) => toStatus([], [given])[0];

describe("the status of pods", () => {
  it("says of a ready pod what Docker says of a healthy container", () => {
    expect(row(pod("kafka-0"))).toEqual({
      name: "kafka",
      instance: "kafka-0",
      state: "running",
      health: "healthy",
      restarts: 2,
      startedAt: "1970-01-01T00:00:00.000Z",
      image: "sha256:1",
    });
  });

  it.each<[string, V1Pod, { state: string; health: string }]>([
    ["one that goes", pod("a", { going: true }), { state: "stopping", health: "healthy" }],
    [
      "one that starts",
      pod("a", { status: { ...unready, containerStatuses: [{ ...container, restartCount: 0, started: false }] } }),
      { state: "running", health: "starting" },
    ],
    [
      "one that started and does not pass its checks",
      pod("a", { status: { ...unready, containerStatuses: [{ ...container, started: true }] } }),
      { state: "running", health: "unhealthy" },
    ],
    [
      "one that crashes",
      pod("a", {
        status: {
          ...unready,
          containerStatuses: [{ ...container, started: false, state: { waiting: { reason: "CrashLoopBackOff" } } }],
        },
      }),
      { state: "CrashLoopBackOff", health: "unhealthy" },
    ],
    [
      "one that fits nowhere",
      pod("a", {
        status: {
          phase: "Pending",
          conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
        },
      }),
      { state: "Unschedulable", health: "starting" },
    ],
    [
      "one that was evicted",
      pod("a", { status: { phase: "Failed", reason: "Evicted" } }),
      { state: "Evicted", health: "starting" },
    ],
  ])("%s", (_, given, expected) => {
    expect(row(given)).toMatchObject(expected);
  });

  it("has a row for a workload without any pod, and none for one that should have none", () => {
    const controllers = [
      { name: "engine", replicas: 1, reason: "exceeded quota" },
      { name: "gateway", replicas: 0 },
      { name: "kafka", replicas: 1 },
    ];
    const rows = toStatus(controllers, [pod("kafka-0")]);
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ["engine", "no pod: exceeded quota"],
      ["kafka", "running"],
    ]);
  });

  it("works in a ready pod rather than in one that only runs, and never in one that goes", () => {
    const [going, running, good] = [pod("going", { going: true }), pod("running", { status: unready }), pod("good")];
    expect(bestOf([going, running, good])?.metadata?.name).toBe("good");
    expect(bestOf([going, running])?.metadata?.name).toBe("running");
    expect(bestOf([going])).toBeUndefined();
  });
});
