import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { minimal } from "../fixtures/workloads.ts";
import type { Running } from "../workload.ts";
import type { DockerOptions, DockerPlatform } from "./platform.ts";

interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const registered: Registered[] = [];
const parents = new Map<string, string | undefined>();
const options = new Map<string, pulumi.CustomResourceOptions>();
let platform: DockerPlatform;
let part: pulumi.ComponentResource;
let store: Running;
let front: Running;

const context = mkdtempSync(join(tmpdir(), "horizon-platform-"));
writeFileSync(join(context, "Dockerfile"), "FROM scratch\n");
afterAll(() => rmSync(context, { recursive: true }));
const source = { name: "app", context, dockerfile: "Dockerfile", inputs: [] };

const settings: DockerOptions = {
  stack: "dev",
  subnetPool: "10.213.0.0/16",
  subnets: {},
  bindAddress: "127.0.0.1",
  protect: true,
  resources: { store: { memory: "96Mi" } },
  site: { base: { reference: "base", content: "base" }, secrets: {} },
  host: undefined,
  thirdParty: (name) =>
    name === "redis" ? { origin: "pulled", title: "redis:8", reference: "redis@sha256:1" } : undefined,
};

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      return { id: `${name}-id`, state: { ...inputs, imageId: `sha256:${name}`, hex: "0011223344556677" } };
    },
    call: () => ({}),
  });
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ type, name, opts, resource }) => {
      parents.set(`${type} ${name}`, opts.parent ? "set" : undefined);
      options.set(`${type} ${name}`, opts);
      void resource;
      return undefined;
    });
    const { DockerPlatform: Docker } = await import("./platform.ts");
    platform = new Docker(settings);
    part = new pulumi.ComponentResource("test:Part", "part");
    const image = platform.build(source, { parent: part });
    const common = { ...minimal, image, ports: { api: 8080 } };
    store = platform.run(
      {
        ...common,
        name: "store",
        files: { "/etc/app/x": "plain" },
        secrets: { "/run/secrets/p": pulumi.secret("canary") },
        state: { path: "/data", size: "1Gi" },
      },
      { parent: part },
    );
    front = platform.run({ ...common, name: "front", needs: [store], expose: { api: 8443 } }, { parent: part });
  });
  await pulumi.runtime.disconnect();
});

const of = (type: string) => registered.filter((each) => each.type === type);
function container(name: string): Record<string, unknown> {
  const found = of("docker:index/container:Container").find((each) => each.name === name);
  if (!found) throw new Error(`no container ${name}`);
  return found.inputs;
}

describe("the tree", () => {
  test("every resource but the roots has a parent", () => {
    const roots = [...parents].filter(([, parent]) => parent === undefined).map(([key]) => key);
    expect(roots.sort()).toEqual(["infra:docker:Platform docker", "test:Part part"]);
  });

  test("every object of the engine carries the three labels", () => {
    const objects = registered.filter(({ type }) => type.startsWith("docker:"));
    expect(objects.length).toBeGreaterThan(8);
    for (const { type, inputs } of objects) {
      const build = inputs.build as { labels: Record<string, string> } | undefined;
      const list = (inputs.labels ?? []) as { label: string; value: string }[];
      const labels = build?.labels ?? Object.fromEntries(list.map(({ label, value }) => [label, value]));
      expect(labels, type).toMatchObject({
        "app.kubernetes.io/name": expect.any(String),
        "app.kubernetes.io/part-of": "cipherhorizon",
        "cipherhorizon.stack": "dev",
      });
    }
  });

  test("names of the engine's objects are unique within their kind and at most 63 characters", () => {
    const names = registered.filter(({ inputs }) => inputs.name).map(({ type, inputs }) => `${type} ${inputs.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { inputs } of registered) expect(String(inputs.name ?? "").length).toBeLessThanOrEqual(63);
  });
});

describe("an edge", () => {
  test("joins the consumer to the provider's network, and not the other way round", () => {
    const networks = (name: string) =>
      (container(name).networksAdvanced as { name: string }[]).map((each) => each.name).sort();
    expect(networks("front")).toEqual([
      "cipherhorizon-dev-front",
      "cipherhorizon-dev-front.outside",
      "cipherhorizon-dev-store",
    ]);
    expect(networks("store")).toEqual(["cipherhorizon-dev-store"]);
  });

  test("only the network for published ports has a way out", () => {
    const internal = of("docker:index/network:Network").map(({ name, inputs }) => [name, inputs.internal]);
    expect(Object.fromEntries(internal)).toEqual({ "store.own": true, "front.own": true, "front.outside": false });
  });

  test("makes the consumer wait", () => {
    const after = options.get("docker:index/container:Container front")?.dependsOn as pulumi.Resource[];
    expect(after).toHaveLength(1);
  });
});

describe("a workload", () => {
  test("with data keeps it when protected", () => {
    expect(options.get("docker:index/volume:Volume store.state")).toMatchObject({
      protect: true,
      retainOnDelete: true,
    });
  });

  test("takes its resources from the configuration where that says so", () => {
    expect(container("store")).toMatchObject({ memory: 96, memorySwap: 96 });
  });

  test("gets files and secrets from volumes that another container fills and it can't write", () => {
    const filler = container("store.files");
    expect(filler).toMatchObject({ start: false, mustRun: false });
    // One of them is secret, so the engine gets the list wrapped as a secret.
    const { value } = filler.uploads as { value: { file: string }[] };
    expect(value.map(({ file }) => file)).toEqual(["/etc/app/x", "/run/secrets/p"]);
    const volumes = container("store").volumes as { containerPath: string; readOnly?: boolean }[];
    expect(volumes.filter(({ readOnly }) => readOnly).map((each) => each.containerPath)).toEqual([
      "/etc/app",
      "/run/secrets",
    ]);
  });

  test("carries no secret itself", () => {
    expect(JSON.stringify(container("store"))).not.toContain("canary");
  });

  test("is described to those who need it", () => {
    expect(front).toMatchObject({
      name: "front",
      host: "front",
      ports: { api: 8080 },
      handle: "cipherhorizon-dev-front",
      needs: ["store"],
      exposed: { api: "127.0.0.1:8443" },
    });
  });
});

describe("refused", () => {
  const common = { ...minimal, ports: { api: 8080 } };
  test("needing a copy of what run returned", () => {
    expect(() => platform.run({ ...common, name: "third", needs: [{ ...store }] }, { parent: part })).toThrow(
      /workload third, needs: a needed workload isn't run by this platform/,
    );
  });

  test("a host port that another workload has", () => {
    expect(() => platform.run({ ...common, name: "third", expose: { api: 8443 } }, { parent: part })).toThrow(
      /the host's port already belongs to workload front/,
    );
  });
});

test("an image that can't be had here is undefined, so that the caller says so", () => {
  expect(platform.thirdParty("grafana", { parent: part })).toBeUndefined();
});
