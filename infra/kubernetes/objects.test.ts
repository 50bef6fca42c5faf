import { describe, expect, test } from "vitest";
import { inClusters, minimal, workloads } from "../fixtures/workloads.ts";
import { resolved } from "../testing.ts";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import type { Exposing } from "./exposure.ts";
import { context } from "./fixture.ts";
import { manifests, toObjects } from "./objects.ts";
import { toYaml } from "./yaml.ts";

const objects = async (w: Workload, change: Partial<Context> = {}) =>
  (await resolved(manifests(toObjects(w, { ...context, ...change })) as never)) as {
    kind: string;
    metadata: { name: string; namespace: string; labels: Record<string, string> };
    spec: Record<string, unknown>;
  }[];

const kinds = async (w: Workload, change?: Partial<Context>) => (await objects(w, change)).map(({ kind }) => kind);

test.each(Object.entries({ ...workloads, ...inClusters }))("golden: %s", async (name, w) => {
  await expect(toYaml(await objects(w))).toMatchFileSnapshot(`golden/${name}.golden.yaml`);
});

test("golden: server that runs twice", async () => {
  const twice = { ...(workloads.server as Workload), replicas: 2 };
  await expect(toYaml(await objects(twice))).toMatchFileSnapshot("golden/server-twice.golden.yaml");
});

/** Through the cluster's own entrance: what each way in makes of the one workload that speaks HTTPS. */
const behind: Record<string, Exposing> = {
  ingress: {
    kind: "ingress",
    host: "trading.example.com",
    annotations: { "nginx.ingress.kubernetes.io/backend-protocol": "HTTPS" },
    allowFrom: [],
    from: { namespace: "ingress-nginx", labels: { "app.kubernetes.io/component": "controller" } },
    ingressClassName: "nginx",
    parentRefs: [],
  },
  route: {
    kind: "gateway",
    host: "trading.example.com",
    annotations: {},
    allowFrom: ["198.51.100.0/24"],
    from: { namespace: "gateways", labels: {} },
    parentRefs: [{ name: "public", namespace: "gateways", sectionName: "tls" }],
  },
};

test.each(Object.entries(behind))("golden: secured by %s", async (name, exposing) => {
  const secured = workloads.secured as Workload;
  await expect(toYaml(await objects(secured, { exposing }))).toMatchFileSnapshot(`golden/secured-${name}.golden.yaml`);
});

test("a user's own certificate is shown, and the stack's is there all the same to know the workload by", async () => {
  const exposing = { ...(behind.ingress as Exposing), tlsSecretName: "trading-tls", ingressClassName: undefined };
  const all = await objects(workloads.secured as Workload, { exposing });
  const ingress = all.find(({ kind }) => kind === "Ingress");
  expect(ingress?.spec).toMatchObject({ tls: [{ hosts: ["trading.example.com"], secretName: "trading-tls" }] });
  expect(ingress?.spec).not.toHaveProperty("ingressClassName");
  expect(all).toContainEqual(expect.objectContaining({ type: "kubernetes.io/tls" }));
});

describe("which objects there are", () => {
  test("a workload with state has a StatefulSet, a claim and a headless Service", async () => {
    expect(await kinds(workloads.database as Workload)).toEqual(
      expect.arrayContaining(["StatefulSet", "PersistentVolumeClaim"]),
    );
    expect(await objects(workloads.database as Workload)).toContainEqual(
      expect.objectContaining({ kind: "Service", spec: expect.objectContaining({ clusterIP: "None" }) }),
    );
  });

  test("one without ports has no Service, one without files no ConfigMap", async () => {
    expect(await kinds(minimal)).toEqual(["ServiceAccount", "Deployment", "NetworkPolicy"]);
  });

  test("a budget and an autoscaler are for those that run more than once, and the number is then the autoscaler's", async () => {
    const twice = await objects({ ...minimal, replicas: 2 });
    expect(twice.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["PodDisruptionBudget", "HorizontalPodAutoscaler"]),
    );
    expect(twice.find(({ kind }) => kind === "Deployment")?.spec).not.toHaveProperty("replicas");
    expect((await objects(minimal)).find(({ kind }) => kind === "Deployment")?.spec).toHaveProperty("replicas", 1);
  });

  test("a way in from outside is made by the strategy alone", async () => {
    const entrance = workloads.entrance as Workload;
    const exposing = { ...context.exposing, kind: "clusterIP" } as const;
    expect((await kinds(entrance)).filter((kind) => kind === "Service")).toHaveLength(2);
    expect((await kinds(entrance, { exposing })).filter((kind) => kind === "Service")).toHaveLength(1);
    const secured = workloads.secured as Workload;
    const made = async (way: string) => (await kinds(secured, { exposing: behind[way] as Exposing })).sort();
    const usual = (await kinds(secured, { exposing })).sort();
    expect(await made("ingress")).toEqual([...usual, "Ingress", "Secret"].sort());
    expect(await made("route")).toEqual([...usual, "TLSRoute"].sort());
  });
});

test("the lab's size changes requests and nothing else", async () => {
  const without = (all: unknown) =>
    JSON.parse(JSON.stringify(all, (key, value) => (key === "requests" ? undefined : value)));
  for (const w of Object.values(workloads)) {
    const [production, lab] = [await objects(w), await objects(w, { size: "lab" })];
    expect(without(lab)).toEqual(without(production));
    if (w.latency) expect(lab).toEqual(production);
  }
});

test("every object has a name of its own in its kind, the stack's namespace, and the three labels", async () => {
  const all = (await Promise.all(Object.values(workloads).map((w) => objects(w)))).flat();
  const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { metadata } of all) {
    expect(metadata.namespace).toBe("trading");
    expect(Object.keys(metadata.labels)).toEqual([
      "app.kubernetes.io/name",
      "app.kubernetes.io/part-of",
      "cipherhorizon.stack",
    ]);
  }
});
