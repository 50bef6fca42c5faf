import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { minimal, workloads } from "../fixtures/workloads.ts";
import { resolved } from "../testing.ts";
import type { Running, Workload } from "../workload.ts";
import type { Creator as CreatorClass } from "./create.ts";
import { context as given } from "./fixture.ts";
import { toRegistryAuth } from "./image.ts";
import type { KubernetesOptions, KubernetesPlatform } from "./platform.ts";

interface Registered {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at any depth.
  inputs: any;
}

const registered: Registered[] = [];
const options = new Map<string, pulumi.CustomResourceOptions>();
let Creator: typeof CreatorClass;
let Kubernetes: typeof KubernetesPlatform;
let platform: KubernetesPlatform;
let part: pulumi.ComponentResource;
let image: typeof minimal.image;
let store: Running;
let front: Running;

const context = mkdtempSync(join(tmpdir(), "horizon-kubernetes-"));
writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
afterAll(() => rmSync(context, { recursive: true }));
const source = { name: "app", context, dockerfile: "Dockerfile", inputs: [] };

const { hashKey: _, ...about } = given;
const settings: KubernetesOptions = {
  ...about,
  kubectl: "kubectl --namespace trading",
  resources: { store: { memory: "96Mi" } },
  replicas: { front: 2 },
  thirdParty: (name) =>
    name === "redis" ? { origin: "pulled", title: "redis:8", reference: "redis@sha256:1" } : undefined,
};
const making = {
  stack: "prod",
  context: "lab",
  registry: "registry.example.com/trading",
  registryLogin: "docker" as const,
  protect: true,
  site: { base: { reference: "base", content: "base" }, secrets: {} },
};

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      const made = { imageId: `sha256:${name}`, sha256Digest: "sha256:pushed", hex: "0011223344556677" };
      return { id: `${name}-id`, state: { ...inputs, ...made } };
    },
    call: () => ({}),
  });
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
      options.set(`${type} ${name}`, opts);
      return undefined;
    });
    ({ KubernetesPlatform: Kubernetes } = await import("./platform.ts"));
    ({ Creator } = await import("./create.ts"));
    platform = new Kubernetes(settings, (root) => new Creator(making, root));
    part = new pulumi.ComponentResource("test:Part", "part");
    image = platform.build(source, { parent: part });
    const common = { ...minimal, image, ports: { api: 8080 } };
    const secrets = { "/run/secrets/p": pulumi.secret("canary") };
    const state = { path: "/data", size: "1Gi" } as const;
    store = platform.run({ ...common, name: "store", files: { "/etc/a/x": "1" }, secrets, state }, { parent: part });
    front = platform.run({ ...common, name: "front", needs: [store], expose: { api: 8443 } }, { parent: part });
    const speaking = { ...(workloads.secured as Workload), image };
    for (const kind of ["ingress", "gateway"] as const) {
      const exposing = { ...settings.exposing, kind, parentRefs: [{ name: "public", namespace: "gateways" }] };
      const other = new Kubernetes({ ...settings, exposing }, (root) => new Creator(making, root));
      other.run({ ...speaking, name: `by-${kind}` }, { parent: part });
    }
  });
  await pulumi.runtime.disconnect();
});

const made = (kind: string, name: string) => {
  const found = registered.find((each) => each.type.endsWith(`:${kind}`) && each.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found.inputs;
};
const option = (kind: string, name: string) => {
  const [, found] = [...options].find(([key]) => key.endsWith(`:${kind} ${name}`)) ?? [];
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};
const urns = async (kind: string, name: string) => {
  const after = (option(kind, name).dependsOn ?? []) as pulumi.Resource[];
  return (await Promise.all(after.map((each) => resolved(each.urn)))) as string[];
};

describe("the tree", () => {
  test("every resource but the roots has a parent, and every object the one provider", () => {
    const roots = [...options].filter(([, { parent }]) => parent === undefined).map(([key]) => key);
    expect(roots.sort()).toEqual(["infra:kubernetes:Platform kubernetes", "test:Part part"]);
    for (const [key, { provider }] of options) if (key.startsWith("kubernetes:")) expect(provider, key).toBeDefined();
  });

  test("the provider applies on the server, and changes files and secrets in place", () => {
    const provider = registered.find(
      ({ type, name }) => type === "pulumi:providers:kubernetes" && name === "cluster",
    )?.inputs;
    expect(provider).toMatchObject({ context: "lab", enableServerSideApply: "true", enableSecretMutable: "true" });
    expect(provider).not.toHaveProperty("kubeconfig");
  });

  test("what a killed run made and never recorded is taken over by the next", () => {
    const providers = registered.filter(({ type }) => type === "pulumi:providers:kubernetes");
    expect(providers.length).toBeGreaterThan(0);
    for (const { inputs } of providers) expect(inputs).toMatchObject({ upsertExistingObjects: "true" });
  });

  test("every object is after the namespace", async () => {
    for (const key of options.keys()) {
      const [type, name] = key.split(" ") as [string, string];
      if (!/^kubernetes:(core|apps|networking|policy|autoscaling)/.test(type) || name === "namespace") continue;
      expect(await urns(type.split(":").at(-1) as string, name), key).toContainEqual(
        expect.stringMatching(/namespace$/),
      );
    }
  });
});

describe("order", () => {
  test("a consumer waits for its provider's pods and name, for its own files, and for its edges", async () => {
    const after = (await urns("Deployment", "front")).map((urn) => urn.split("::").at(-1));
    expect(after).toEqual(
      expect.arrayContaining(["store", "store.service", "front.account", "front.policy", "store.from-front"]),
    );
    const stored = (await urns("StatefulSet", "store")).map((urn) => urn.split("::").at(-1));
    expect(stored).toEqual(expect.arrayContaining(["store.config", "store.secret", "store.state"]));
  });

  test("a Service waits for no pods: they may wait for it", async () => {
    expect(await urns("Service", "store.service")).not.toContainEqual(expect.stringMatching(/StatefulSet/));
  });

  test("a rollout has as long as its start takes, and more", () => {
    expect(option("Deployment", "front").customTimeouts).toEqual({ create: "370s", update: "370s" });
  });
});

describe("data", () => {
  test("the claim, and the namespace that would take it along, stay when protected", () => {
    for (const [kind, name] of [
      ["PersistentVolumeClaim", "store.state"],
      ["Namespace", "namespace"],
    ] as const)
      expect(option(kind, name)).toMatchObject({ protect: true, retainOnDelete: true });
  });

  test("what can't change in place of a claim isn't changed, and its size isn't among it", () => {
    expect(option("PersistentVolumeClaim", "store.state").ignoreChanges).toEqual([
      "spec.storageClassName",
      "spec.accessModes",
    ]);
    expect(made("StatefulSet", "store").spec).not.toHaveProperty("volumeClaimTemplates");
  });

  test("a secret is a secret in the state, and nowhere else", () => {
    const { data } = made("Secret", "store.secret");
    // The mark by which the engine knows a secret.
    expect(data).toMatchObject({ "4dabf18193072939515e22adb298388d": expect.any(String) });
    const others = registered.filter(({ type }) => !type.endsWith(":Secret"));
    const encoded = Buffer.from("canary").toString("base64");
    for (const text of ["canary", encoded]) expect(JSON.stringify(others)).not.toContain(text);
  });
});

describe("images", () => {
  test("a built one is pushed, and runs by the digest that the registry gave", async () => {
    expect(made("RemoteImage", "app.image").name).toMatch(
      /^registry\.example\.com\/trading\/cipherhorizon-prod\/app:[0-9a-f]{12}-/,
    );
    expect(made("RegistryImage", "app.push")).toMatchObject({
      keepRemotely: true,
      triggers: { content: image.content },
    });
    expect(await resolved(image.reference)).toBe("registry.example.com/trading/cipherhorizon-prod/app@sha256:pushed");
  });

  test.each([
    ["registry.example.com/trading", "docker", { address: "https://registry.example.com" }],
    ["127.0.0.1:5000", "none", { address: "http://127.0.0.1:5000", authDisabled: true }],
    ["127.example.com:5000/a", "docker", { address: "https://127.example.com:5000" }],
  ] as const)("%s is pushed to with login %s", (registry, login, expected) => {
    expect(toRegistryAuth(registry, login)).toEqual(expected);
  });

  test("a third-party one is left to the nodes, by digest; one that can't be had is undefined", async () => {
    expect(await resolved(platform.thirdParty("redis", { parent: part })?.reference ?? "")).toBe("redis@sha256:1");
    expect(platform.thirdParty("grafana", { parent: part })).toBeUndefined();
    expect(registered.some(({ name }) => name === "redis.image")).toBe(false);
  });

  test("to build without a registry is refused, with the setting to make", () => {
    const { registry: _, ...without } = making;
    const other = new Kubernetes(settings, (root) => new Creator(without, root));
    expect(() => other.build(source, { parent: part })).toThrow(/cipherhorizon:kubernetes.registry: .*\n.*no registry/);
  });
});

test("a workload takes resources and replicas from the configuration where that says so", () => {
  expect(made("StatefulSet", "store").spec.template.spec.containers[0].resources.limits.memory).toBe("96Mi");
  expect(made("HorizontalPodAutoscaler", "front.autoscaler").spec.minReplicas).toBe(2);
});

test("a workload is described to those who need it", () => {
  expect(store).toMatchObject({ host: "store", ports: { api: 8080 }, handle: "statefulset/store", needs: [] });
  expect(front).toMatchObject({
    handle: "deployment/front",
    needs: ["store"],
    exposed: { api: "trading.example.com:8443" },
  });
});

describe("the way in", () => {
  const at = (exposing: Partial<KubernetesOptions["exposing"]>, expose = { api: 8443 }) => {
    const other = new Kubernetes({ ...settings, exposing: { ...settings.exposing, ...exposing } }, () => ({
      hashKey: "",
      shared: () => undefined,
      builtImage: () => image,
      workload: () => ({ resources: [], ready: pulumi.output(undefined) }),
    }));
    return other.run({ ...minimal, image, name: "front", ports: { api: 8080 }, expose }, { parent: part });
  };

  test("a loopback address leads nowhere by itself, so what makes it lead here is said", () => {
    expect(at({ kind: "clusterIP", host: "127.0.0.1" })).toMatchObject({
      exposed: { api: "127.0.0.1:8443" },
      forward: "kubectl --namespace trading port-forward service/front 8443:8080",
    });
  });

  test.each([
    ["another host, where something of the user's stands", { kind: "clusterIP", host: "trading.example.com" }],
    ["a load balancer", { kind: "loadBalancer", host: "127.0.0.1" }],
  ] as const)("%s needs no such thing", (_, exposing) => {
    expect(at(exposing)).not.toHaveProperty("forward");
  });

  test("an Ingress and a route are made when what they lead to is there, and the certificate that is shown", async () => {
    const waitsFor = async (kind: string, name: string) =>
      (await urns(kind, name)).map((urn) => urn.split("::").at(-1));
    expect(await waitsFor("Ingress", "by-ingress.ingress")).toEqual(
      expect.arrayContaining(["by-ingress", "by-ingress.service", "by-ingress.certificate"]),
    );
    expect(await waitsFor("TLSRoute", "by-gateway.route")).toEqual(
      expect.arrayContaining(["by-gateway", "by-gateway.service"]),
    );
    const route = registered.find(({ name }) => name === "by-gateway.route");
    expect(route?.type).toBe("kubernetes:gateway.networking.k8s.io/v1:TLSRoute");
    expect(route?.inputs.spec.rules).toEqual([{ backendRefs: [{ name: "by-gateway", port: 8443 }] }]);
  });

  test("what the cluster's own entrance can't pass on is refused", () => {
    expect(() => at({ kind: "ingress" })).toThrow(/workload front, expose.api: not a port that an Ingress can lead to/);
  });
});

describe("refused", () => {
  const common = { ...minimal, ports: { api: 8080 } };
  test("needing a copy of what run returned", () => {
    expect(() => platform.run({ ...common, name: "third", needs: [{ ...store }] }, { parent: part })).toThrow(
      /workload third, needs: a needed workload isn't run by this platform/,
    );
  });

  test("what no platform runs, and what this one can't", () => {
    expect(() => platform.run({ ...common, user: 0 }, { parent: part })).toThrow(/not an ordinary numeric identity/);
    expect(() => platform.run({ ...common, name: "default" }, { parent: part })).toThrow(/can't name its objects so/);
  });
});
