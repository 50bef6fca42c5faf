import { describe, expect, it } from "vitest";
import { awaited, timeoutOf } from "./readiness.ts";
import type { Fields, Value } from "./values.ts";
import { type Evidence, NOTHING } from "./verdict.ts";

const object = (apiVersion: string, kind: string, spec: Fields, status: Fields, generation = 1): Fields => ({
  apiVersion,
  kind,
  metadata: { name: "a", namespace: "n", generation },
  spec,
  status,
});
const judge = (subject: Fields, evidence: Partial<Evidence> = {}) => {
  const verdict = awaited(subject)?.judge(subject, {
    ...NOTHING,
    now: Date.parse("2026-01-01T01:00:00Z"),
    ...evidence,
  });
  return verdict && ("reason" in verdict ? `${verdict.state}: ${verdict.reason}` : verdict.state);
};
const container = (state: Fields, more: Fields = {}): Value => ({ name: "app", ready: false, state, ...more });
const pod = (status: Fields, spec: Fields = {}): Fields => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a-1", namespace: "n", creationTimestamp: "2026-01-01T00:00:00Z" },
  spec,
  status,
});
const ingress = (spec: Fields, status: Fields = {}) => object("networking.k8s.io/v1", "Ingress", spec, status);
const named = (name: string): Fields => ({ metadata: { name } });
const unschedulable = (message: string, spec: Fields = {}) =>
  pod(
    { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }] },
    spec,
  );

describe("a Deployment", () => {
  const done = { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const deployment = (status: Fields, spec: Fields = { replicas: 2 }) => object("apps/v1", "Deployment", spec, status);

  it.each<[Fields, string]>([
    [done, "ready"],
    [{}, "waiting: its controller has not seen it yet"],
    [{ ...done, observedGeneration: 0 }, "waiting: its controller has not seen it yet"],
    [{ ...done, updatedReplicas: 1 }, "waiting: 1 of 2 replicas are of the new revision"],
    [{ ...done, replicas: 3 }, "waiting: 1 replicas of the old revision are still there"],
    [{ ...done, availableReplicas: 0 }, "waiting: 0 of 2 replicas are available"],
    [
      {
        ...done,
        availableReplicas: 0,
        conditions: [
          { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" },
        ],
      },
      "failed: ProgressDeadlineExceeded: timed out",
    ],
    [
      {
        ...done,
        updatedReplicas: 0,
        conditions: [
          {
            type: "ReplicaFailure",
            status: "True",
            message: 'pods "a" is forbidden: violates PodSecurity "restricted:latest"',
          },
        ],
      },
      'failed: pods can\'t be created: pods "a" is forbidden: violates PodSecurity "restricted:latest"',
    ],
    [
      {
        ...done,
        updatedReplicas: 0,
        conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }],
      },
      "waiting: pods can't be created: exceeded quota",
    ],
  ])("with status %j is %s", (status, verdict) => {
    expect(judge(deployment(status))).toBe(verdict);
  });

  it("that is paused is not waited for", () => {
    expect(judge(deployment({}, { paused: true }))).toBe("ready");
  });

  it("of no replicas is ready without any", () => {
    expect(judge(deployment({ observedGeneration: 1 }, { replicas: 0 }))).toBe("ready");
  });

  it.each<[string, Fields, string]>([
    [
      "a crash",
      pod({
        containerStatuses: [
          container(
            { waiting: { reason: "CrashLoopBackOff" } },
            { lastState: { terminated: { exitCode: 3, reason: "Error" } } },
          ),
        ],
      }),
      "a-1: container app CrashLoopBackOff: ended with exit 3",
    ],
    [
      "no memory",
      pod({ containerStatuses: [container({ terminated: { exitCode: 137, reason: "OOMKilled" } })] }),
      "a-1: container app ended with exit 137 (OOMKilled)",
    ],
    [
      "no image",
      pod({ containerStatuses: [container({ waiting: { reason: "ImagePullBackOff", message: "not found" } })] }),
      "a-1: container app ImagePullBackOff: not found",
    ],
    [
      "a failing probe",
      pod({ containerStatuses: [container({ running: { startedAt: "x" } })] }),
      "a-1: container app runs but is not ready",
    ],
    [
      "no node",
      unschedulable("0/1 nodes are available: 1 Insufficient hugepages-2Mi."),
      "a-1: Unschedulable: 0/1 nodes are available: 1 Insufficient hugepages-2Mi.",
    ],
    [
      "an init container",
      pod({ initContainerStatuses: [container({ waiting: { reason: "PodInitializing" } })] }),
      "a-1: container app PodInitializing",
    ],
  ])("names %s of its pods", (_, broken, reason) => {
    const waitingFor = deployment({ ...done, availableReplicas: 1 });
    expect(judge(waitingFor, { pods: [broken] })).toBe(`waiting: 1 of 2 replicas are available; ${reason}`);
  });

  it.each([
    // As containerd 1.6 says it.
    [
      'failed to resolve reference "r/x:1": pulling from host r failed with status code [manifests 1]: 401 Unauthorized',
      "ImagePullBackOff",
      "failed",
    ],
    ["no basic auth credentials", "ImagePullBackOff", "failed"],
    ["pull access denied, repository does not exist or may require authorization", "ImagePullBackOff", "failed"],
    ["failed to authorize: unexpected status: 403 Forbidden", "ImagePullBackOff", "failed"],
    ["denied: requested access to the resource is denied", "ImagePullBackOff", "failed"],
    ["failed to authorize: failed to fetch anonymous token: i/o timeout", "ImagePullBackOff", "waiting"],
    // The first try may have met a registry that was just starting.
    ["401 Unauthorized", "ErrImagePull", "waiting"],
    ["sha256:4010: not found", "ImagePullBackOff", "waiting"],
    ["dial tcp 10.0.0.1:403: connection refused", "ImagePullBackOff", "waiting"],
  ])("a registry that answers %s in %s: %s", (message, reason, verdict) => {
    const broken = pod({ containerStatuses: [container({ waiting: { reason, message } })] });
    const said = judge(deployment({ ...done, availableReplicas: 1 }), { pods: [broken] });
    expect(said).toBe(`${verdict}: 1 of 2 replicas are available; a-1: container app ${reason}: ${message}`);
  });

  it("names a few of many pods", () => {
    const broken = pod({ reason: "Evicted" });
    const reason = judge(deployment({ ...done, availableReplicas: 1 }), { pods: Array(5).fill(broken) });
    expect(reason).toMatch(/(a-1: Evicted; ){3}and 2 more pods$/);
  });
});

describe("a pod that fits no node", () => {
  const deployment = object("apps/v1", "Deployment", { replicas: 1 }, { observedGeneration: 1 });
  const node = (name: string, allocatable: Fields, spec: Fields = {}): Fields => ({
    metadata: { name, labels: { pool: "trading" } },
    spec,
    status: { allocatable },
  });
  const wants = (requests: Fields, more: Fields = {}) =>
    unschedulable("0/2 nodes", { containers: [{ name: "app", resources: { requests } }], ...more });

  it.each<[string, Fields, Fields[], RegExp]>([
    [
      "no huge pages",
      wants({ "hugepages-2Mi": "64Mi" }),
      [node("n1", { "hugepages-2Mi": "0" })],
      /n1: has hugepages-2Mi 0, 64Mi is needed/,
    ],
    [
      "too few cores",
      wants({ cpu: "4" }),
      [node("n1", { cpu: "1900m" }), node("n2", { cpu: "3" })],
      /n1: has cpu 1900m.*n2: has cpu 3, 4 is needed/s,
    ],
    [
      "a taint",
      wants({}),
      [node("n1", {}, { taints: [{ key: "dedicated", value: "x", effect: "NoSchedule" }] })],
      /n1: is tainted dedicated=x:NoSchedule/,
    ],
    [
      "a label that is missing",
      wants({}, { nodeSelector: { arch: "zen4" } }),
      [node("n1", {})],
      /n1: has no label arch=zen4/,
    ],
  ])("for %s fails at once", (_, stranded, nodes, reason) => {
    const verdict = judge(deployment, { pods: [stranded], nodes });
    expect(verdict).toMatch(/^failed: .*a-1 fits no node/);
    expect(verdict).toMatch(reason);
  });

  it.each<[string, Partial<Evidence>]>([
    ["one node could take it", { nodes: [node("n1", { cpu: "1" }), node("n2", { cpu: "8" })] }],
    ["no node may be seen", { nodes: [] }],
    ["the scheduler has only begun", { nodes: [node("n1", { cpu: "1" })], now: Date.parse("2026-01-01T00:00:02Z") }],
    [
      "an autoscaler brings one",
      { nodes: [node("n1", { cpu: "1" })], events: [{ reason: "TriggeredScaleUp", involvedObject: { name: "a-1" } }] },
    ],
    [
      "a node is only in trouble",
      {
        nodes: [node("n1", { cpu: "8" }, { taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] })],
      },
    ],
  ])("is waited for while %s", (_, evidence) => {
    expect(judge(deployment, { pods: [wants({ cpu: "4" })], ...evidence })).toMatch(/^waiting: /);
  });

  it("tolerates what it says it tolerates", () => {
    const tolerations = [{ key: "dedicated", operator: "Equal", value: "x", effect: "NoSchedule" }];
    const tainted = node("n1", {}, { taints: [{ key: "dedicated", value: "x", effect: "NoSchedule" }] });
    expect(judge(deployment, { pods: [wants({}, { tolerations })], nodes: [tainted] })).toMatch(/^waiting: /);
  });
});

describe("other workloads", () => {
  it.each<[string, Fields, string]>([
    [
      "StatefulSet",
      object("apps/v1", "StatefulSet", { replicas: 3 }, { observedGeneration: 1, readyReplicas: 2 }),
      "waiting: 2 of 3 replicas are ready",
    ],
    [
      "StatefulSet",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 1 },
        { observedGeneration: 1, readyReplicas: 1, currentRevision: "a", updateRevision: "b" },
      ),
      "waiting: 0 of 1 replicas are of the new revision",
    ],
    [
      "StatefulSet",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 1 },
        { observedGeneration: 1, readyReplicas: 1, currentRevision: "b", updateRevision: "b" },
      ),
      "ready",
    ],
    [
      "StatefulSet",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } },
        { observedGeneration: 1, readyReplicas: 2, updatedReplicas: 1, currentRevision: "a", updateRevision: "b" },
      ),
      "ready",
    ],
    [
      "DaemonSet",
      object(
        "apps/v1",
        "DaemonSet",
        {},
        { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
      ),
      "waiting: 1 of 2 nodes run it",
    ],
    ["DaemonSet", object("apps/v1", "DaemonSet", {}, { observedGeneration: 1, desiredNumberScheduled: 0 }), "ready"],
    ["Job", object("batch/v1", "Job", { completions: 2 }, { succeeded: 1 }), "waiting: 1 of 2 completions"],
    ["Job", object("batch/v1", "Job", {}, { conditions: [{ type: "Complete", status: "True" }] }), "ready"],
    [
      "Job",
      object(
        "batch/v1",
        "Job",
        {},
        { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "m" }] },
      ),
      "failed: the job failed: BackoffLimitExceeded: m",
    ],
    ["Pod", pod({ phase: "Succeeded" }), "ready"],
    ["Pod", pod({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] }), "ready"],
    [
      "Pod",
      pod({ phase: "Failed", containerStatuses: [container({ terminated: { exitCode: 1 } })] }),
      "failed: the pod failed: container app ended with exit 1",
    ],
  ])("%s", (_, subject, verdict) => {
    expect(judge(subject)).toBe(verdict);
  });

  it("whose pods admission refuses fail by what the events say", () => {
    const set = object("apps/v1", "StatefulSet", { replicas: 1 }, { observedGeneration: 1 });
    const events = [{ reason: "FailedCreate", message: "violates PodSecurity" }];
    expect(judge(set, { events })).toBe("failed: pods can't be created: violates PodSecurity");
  });
});

describe("what pods are reached by and store to", () => {
  const service = (spec: Fields, status: Fields = {}) =>
    object("v1", "Service", { selector: { a: "b" }, ...spec }, status);
  const slice = (ready: boolean): Fields => ({ endpoints: [{ conditions: { ready } }] });
  const claim = (phase: string, storageClassName?: string) =>
    object("v1", "PersistentVolumeClaim", storageClassName ? { storageClassName } : {}, { phase });
  const storage = (name: string, volumeBindingMode: string, isDefault = false): Fields => ({
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) } },
    volumeBindingMode,
  });

  it.each<[string, Fields, Partial<Evidence>, RegExp]>([
    ["a Service without pods", service({}), {}, /^waiting: no ready pod/],
    ["a Service with unready pods", service({}), { slices: [slice(false)] }, /^waiting/],
    ["a Service with a ready pod", service({}), { slices: [slice(false), slice(true)] }, /^ready/],
    ["a headless Service", service({ clusterIP: "None" }), {}, /^ready/],
    ["an ExternalName", service({ type: "ExternalName" }), {}, /^ready/],
    ["a Service without selector", object("v1", "Service", {}, {}), {}, /^ready/],
    [
      "a LoadBalancer without address",
      service({ type: "LoadBalancer" }),
      { slices: [slice(true)] },
      /^waiting: no load balancer/,
    ],
    [
      "a LoadBalancer",
      service({ type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } }),
      { slices: [slice(true)] },
      /^ready/,
    ],
    ["an Ingress", ingress({}), {}, /^waiting: no ingress controller has given it an address; it names no class$/],
    ["an Ingress with an address", ingress({}, { loadBalancer: { ingress: [{ hostname: "x" }] } }), {}, /^ready/],
    [
      "an Ingress of a class that isn't there",
      ingress({ ingressClassName: "nginx" }),
      { ingressClasses: [named("traefik")] },
      /^waiting: no ingress controller .*; there is no class nginx$/,
    ],
    [
      "an Ingress of a class that is, whose controller says nothing",
      ingress({ ingressClassName: "nginx" }),
      { ingressClasses: [{ ...named("nginx"), spec: { controller: "k8s.io/ingress-nginx" } }] },
      /; its class is nginx, of k8s.io\/ingress-nginx$/,
    ],
    [
      "an Ingress of a class that can't be looked for",
      ingress({ ingressClassName: "nginx" }),
      {},
      /; its class is nginx$/,
    ],
    [
      "an Ingress to a Service that isn't there",
      ingress({ rules: [{ http: { paths: [{ backend: { service: { name: "gone" } } }] } }] }),
      { services: [named("gateway")] },
      /; there is no Service gone$/,
    ],
    ["a bound claim", claim("Bound"), {}, /^ready/],
    ["a claim of a lost volume", claim("Lost"), {}, /^failed/],
    [
      "a claim for its first pod",
      claim("Pending", "local"),
      { storageClasses: [storage("local", "WaitForFirstConsumer")] },
      /^ready/,
    ],
    [
      "a claim of the default class",
      claim("Pending"),
      { storageClasses: [storage("x", "WaitForFirstConsumer", true)] },
      /^ready/,
    ],
    [
      "a claim that a provisioner serves",
      claim("Pending", "fast"),
      { storageClasses: [storage("fast", "Immediate")] },
      /^waiting: no volume/,
    ],
    ["a claim of no class", claim("Pending", "gone"), {}, /^waiting: there is no storage class gone/],
  ])("%s", (_, subject, evidence, verdict) => {
    expect(judge(subject, evidence)).toMatch(verdict);
  });

  it("other kinds are not waited for", () => {
    expect(awaited(object("v1", "ConfigMap", {}, {}))).toBeUndefined();
    expect(awaited(object("example.com/v1", "Deployment", {}, {}))).toBeUndefined();
  });
});

describe("the time to wait", () => {
  const annotated = (value: string): Fields => ({ metadata: { annotations: { "pulumi.com/timeoutSeconds": value } } });

  it("is that of customTimeouts, else of the annotation, else of the kind", () => {
    expect(timeoutOf(annotated("30"), 5, 10)).toBe(5_000);
    expect(timeoutOf(annotated("30"), 0, 10)).toBe(30_000);
    expect(timeoutOf(annotated("soon"), 0, 10)).toBe(600_000);
  });
});
