import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeApi, statusOf } from "./fake-api.ts";
import { type Fields, secret, UNKNOWN } from "./plugin/values.ts";
import { initFailure, PluginProcess } from "./plugin-process.ts";

const MAP = "core/v1:ConfigMap";
const NAMESPACE = "core/v1:Namespace";
const DEPLOYMENT = "apps/v1:Deployment";

let plugin: PluginProcess;
let api: FakeApi;

beforeAll(async () => {
  plugin = await PluginProcess.start();
}, 20_000);
afterAll(async () => {
  expect(await plugin.stop()).toBe(0);
}, 10_000);
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  plugin.logs.length = 0;
  await plugin.configure({ kubeconfig: api.kubeconfig });
});
afterEach(() => api.stop());

const map = (data: Fields): Fields => ({ metadata: { name: "a" }, data });

describe("the plugin", () => {
  it("has the version of the npm package, and a schema that the engine takes", async () => {
    const manifest = readFileSync(
      join(import.meta.dirname, "../../node_modules/@pulumi/kubernetes/package.json"),
      "utf8",
    );
    const { version } = JSON.parse(manifest);
    const info = await plugin.call<PluginInfo>(plugin.client.getPluginInfo, new empty.Empty());
    expect(info.getVersion()).toBe(version);
    const schema = await plugin.call<provider.GetSchemaResponse>(
      plugin.client.getSchema,
      new provider.GetSchemaRequest(),
    );
    expect(JSON.parse(schema.getSchema())).toEqual({ name: "kubernetes", version });
  });

  it("creates, sees no difference, updates, reads and deletes", async () => {
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    expect(inputs).toMatchObject({ kind: "ConfigMap", metadata: { name: "a", namespace: "default" } });
    const { id, properties } = await plugin.create(MAP, inputs);
    expect(id).toBe("default/a");
    expect(api.requests.findLast(({ method }) => method === "PATCH")?.query.get("fieldManager")).toBe(
      "pulumi-kubernetes",
    );
    expect(await plugin.diff(MAP, properties, inputs)).toEqual({ paths: [], replaces: [] });
    const news = await plugin.check(MAP, { ...map({ a: "1" }), metadata: { name: "a", labels: { b: "c" } } }, inputs);
    expect((await plugin.diff(MAP, properties, news)).paths).toEqual(["metadata.labels"]);
    const updated = await plugin.update(MAP, properties, news);
    expect(updated).toMatchObject({ metadata: { labels: { b: "c" } }, __initialApiVersion: "v1" });
    const read = await plugin.read(MAP, id, news, updated);
    expect(read.inputs).toEqual(news);
    expect(await plugin.diff(MAP, read.properties, news)).toEqual({ paths: [], replaces: [] });
    await plugin.delete(MAP, id, updated);
    expect(await plugin.read(MAP, id, news, updated)).toEqual({ id: "", inputs: {}, properties: {} });
    await plugin.delete(MAP, id, updated); // already gone is fine
  });

  it("shows drift on refresh, and only of what the program declares", async () => {
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    const { id, properties } = await plugin.create(MAP, inputs);
    const path = "/api/v1/namespaces/default/configmaps/a";
    api.objects.set(path, { ...api.objects.get(path), data: { a: "2", other: "x" } });
    const read = await plugin.read(MAP, id, inputs, properties);
    expect(read.inputs).toMatchObject({ data: { a: "2" } });
    expect((await plugin.diff(MAP, read.properties, inputs)).paths).toEqual(["data.a"]);
  });

  it("imports all of an object that somebody may have written", async () => {
    api.objects.set("/api/v1/namespaces/n", { apiVersion: "v1", kind: "Namespace", metadata: { name: "n", uid: "u" } });
    const read = await plugin.read(NAMESPACE, "n", {}, {});
    expect(read.inputs).toEqual({ apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } });
  });
});

describe("a Secret", () => {
  it("is secret from the first, though the program did not say so", async () => {
    const inputs = await plugin.check("core/v1:Secret", {
      metadata: { name: "a" },
      stringData: { password: "canary-4711" },
    });
    expect(inputs.stringData).toEqual(secret({ password: "canary-4711" }));
    const { properties } = await plugin.create("core/v1:Secret", inputs);
    expect(properties.data).toEqual(secret({ password: Buffer.from("canary-4711").toString("base64") }));
    api.override = ({ method }) => (method === "PATCH" ? statusOf(422, "canary-4711 is odd") : undefined);
    await expect(plugin.update("core/v1:Secret", properties, inputs)).rejects.toThrow(/^2 UNKNOWN: \[secret\] is odd$/);
  });
});

describe("a preview", () => {
  it("asks the server and leaves no trace", async () => {
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    const { id, properties } = await plugin.create(MAP, inputs, { preview: true });
    expect(id).toBe("");
    expect(properties).toMatchObject({ data: { a: "1" }, metadata: { uid: UNKNOWN }, status: UNKNOWN });
    expect(api.objects.size).toBe(0);
  });

  it("gives the inputs where the namespace isn't there yet, or a value is unknown", async () => {
    const inputs = await plugin.check(MAP, { metadata: { name: "a", namespace: "later" }, data: {} });
    expect(await plugin.create(MAP, inputs, { preview: true })).toEqual({ id: "", properties: inputs });
    const unknown = await plugin.check(MAP, map({ a: UNKNOWN }));
    expect(await plugin.create(MAP, unknown, { preview: true })).toEqual({ id: "", properties: unknown });
  });
});

describe("refusals", () => {
  it("of objects that exist already can be lifted", async () => {
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    await plugin.create(MAP, inputs);
    await expect(plugin.create(MAP, inputs)).rejects.toThrow(
      /exists already.*given: .*allowed: .*remedy: .*import it/s,
    );
    await plugin.configure({ kubeconfig: api.kubeconfig, upsertExistingObjects: "true" });
    expect((await plugin.create(MAP, inputs)).id).toBe("default/a");
  });

  it("are not for objects that are just being deleted: those are waited for", async () => {
    const path = "/api/v1/namespaces/default/configmaps/a";
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    const { properties } = await plugin.create(MAP, inputs);
    const metadata = { name: "a", namespace: "default", uid: "u", deletionTimestamp: "2026-01-01T00:00:00Z" };
    api.objects.set(path, { ...properties, metadata: { ...metadata, finalizers: ["example.com/slow"] } });
    const created = plugin.create(MAP, inputs);
    await expect
      .poll(() => plugin.logs.join())
      .toMatch(/its predecessor is being deleted: finalizers example.com\/slow/);
    api.objects.delete(path);
    expect((await created).id).toBe("default/a");
  });

  it("of kinds that aren't served name the kind", async () => {
    await expect(plugin.check("core/v1:ConfigMapList", {})).rejects.toThrow(/is a list/);
    const inputs = await plugin.check("example.com/v1:Thing", { metadata: { name: "a" } });
    api.override = ({ path }) => (path === "/apis/example.com/v1" ? statusOf(404, "no such group") : undefined);
    await expect(plugin.delete("example.com/v1:Thing", "default/a", inputs)).resolves.toBeUndefined();
  });

  it("of kinds that aren't served are foreseen by a preview, unless the program defines the kind", async () => {
    const thing = (kind: string) => plugin.check(`example.com/v1:${kind}`, { metadata: { name: "a" } });
    api.override = ({ path }) => (path === "/apis/example.com/v1" ? statusOf(404, "no such group") : undefined);
    await plugin.create("example.com/v1:Thing", await thing("Thing"), { preview: true });
    await expect
      .poll(() => plugin.logs)
      .toContainEqual(expect.stringMatching(/^message: the API server serves no Thing of example.com\/v1: the update/));
    plugin.logs.length = 0;
    const spec = { group: "example.com", names: { kind: "Other" }, versions: [{ name: "v1" }], scope: "Namespaced" };
    const definition = { kind: "CustomResourceDefinition", metadata: { name: "x" }, spec };
    await plugin.check("apiextensions.k8s.io/v1:CustomResourceDefinition", definition);
    await plugin.create("example.com/v1:Other", await thing("Other"), { preview: true });
    expect(plugin.logs.filter((line) => line.startsWith("message:"))).toEqual([]);
  });

  it("by the server show no secret", async () => {
    const inputs = await plugin.check(MAP, map({ a: secret("canary-4711") }));
    api.override = ({ method }) =>
      method === "PATCH" ? statusOf(422, 'data.a: Invalid value: "canary-4711"') : undefined;
    await expect(plugin.create(MAP, inputs)).rejects.toThrow(/Invalid value: "\[secret\]"/);
  });

  it("by other field managers are overruled only where they may be", async () => {
    const { properties } = await plugin.create(MAP, await plugin.check(MAP, map({ a: "1" })));
    const news = await plugin.check(MAP, map({ a: "2" }));
    let manager = "kubectl";
    api.override = ({ method, query }) => {
      if (method !== "PATCH" || query.get("force") === "true") return undefined;
      const causes = [
        { reason: "FieldManagerConflict", message: `conflict with "${manager}" using v1`, field: ".data.a" },
      ];
      return statusOf(409, "conflict", { details: { causes } });
    };
    expect(await plugin.update(MAP, properties, news)).toMatchObject({ data: { a: "2" } });
    manager = "operator";
    await expect(plugin.update(MAP, properties, news)).rejects.toThrow(
      /\.data\.a \("operator" using v1\).*patchForce/s,
    );
    const forced = {
      ...news,
      metadata: { name: "a", namespace: "default", annotations: { "pulumi.com/patchForce": "true" } },
    };
    expect(await plugin.update(MAP, properties, forced)).toMatchObject({ data: { a: "2" } });
  });

  it("that pass are waited out", async () => {
    let busy = 2;
    api.override = ({ method }) => (method === "PATCH" && busy-- > 0 ? statusOf(503, "starting") : undefined);
    expect((await plugin.create(MAP, await plugin.check(MAP, map({})))).id).toBe("default/a");
  });
});

describe("warnings of the server", () => {
  it("reach the user once each", async () => {
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    api.override = ({ method, body }) =>
      method === "PATCH"
        ? { status: 201, body, headers: { Warning: '299 - "v1 is odd", 299 - "v1 is odd"' } }
        : undefined;
    await plugin.create(MAP, inputs);
    await expect.poll(() => plugin.logs).toEqual(["message: v1 is odd"]);
  });
});

describe("waiting", () => {
  const inputs = { metadata: { name: "a" }, spec: { replicas: 1, selector: { matchLabels: { app: "a" } } } };
  const broken = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a-1", namespace: "default" },
    spec: { nodeName: "n" },
    status: {
      containerStatuses: [
        { name: "app", containerID: "c", ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } },
      ],
    },
  };
  const event = {
    type: "Warning",
    reason: "BackOff",
    message: "Back-off restarting failed container",
    metadata: { name: "e", namespace: "default" },
    involvedObject: { kind: "Pod", name: "a-1" },
  };

  beforeEach(() => {
    api.objects.set("/api/v1/namespaces/default/pods/a-1", broken);
    api.objects.set("/api/v1/namespaces/default/events/e", event);
    api.override = ({ path }) =>
      path.endsWith("/log")
        ? { status: 200, body: "no config found\n", headers: { "Content-Type": "text/plain" } }
        : undefined;
  });

  it("that ends in vain says why, and keeps the object", async () => {
    const checked = await plugin.check(DEPLOYMENT, inputs);
    const error = await plugin.create(DEPLOYMENT, checked, { timeout: 1 }).catch((reason: unknown) => reason);
    expect((error as Error).message).toMatch(/Deployment default\/a is there but not ready/);
    const { id, reasons, properties } = initFailure(error);
    expect(id).toBe("default/a");
    expect(properties).toMatchObject({ kind: "Deployment", __initialApiVersion: "apps/v1" });
    expect(reasons[0]).toMatch(/^not ready after 1 s: its controller has not seen it yet/);
    expect(reasons[1]).toBe("event: Pod a-1: BackOff: Back-off restarting failed container");
    expect(reasons[2]).toMatch(/^last lines of a-1, container app:\n {4}\| "?no config found/);
  });

  it("says meanwhile what is missing", async () => {
    await plugin.create(DEPLOYMENT, await plugin.check(DEPLOYMENT, inputs), { timeout: 1 }).catch(() => undefined);
    expect(plugin.logs).toContain("status: its controller has not seen it yet");
  });

  it("ends when the object is ready", async () => {
    const checked = await plugin.check(DEPLOYMENT, inputs);
    const created = plugin.create(DEPLOYMENT, checked);
    const path = "/apis/apps/v1/namespaces/default/deployments/a";
    await expect.poll(() => api.objects.has(path)).toBe(true);
    const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    api.objects.set(path, { ...api.objects.get(path), status });
    expect((await created).properties).toMatchObject({ status });
  });

  it("is skipped where the program says so", async () => {
    const annotations = { "pulumi.com/skipAwait": "true" };
    const checked = await plugin.check(DEPLOYMENT, { ...inputs, metadata: { name: "a", annotations } });
    expect((await plugin.create(DEPLOYMENT, checked)).id).toBe("default/a");
  });
});

describe("a cluster that can't be reached", () => {
  const gone = JSON.stringify({
    "current-context": "gone",
    clusters: [{ name: "gone", cluster: { server: "https://127.0.0.1:1" } }],
    contexts: [{ name: "gone", context: { cluster: "gone", user: "gone" } }],
    users: [{ name: "gone", user: {} }],
  });

  it("loses nothing from the state", async () => {
    const inputs = await plugin.check(MAP, map({ a: "1" }));
    const { id, properties } = await plugin.create(MAP, inputs);
    await plugin.configure({ kubeconfig: gone });
    const message =
      /can't be reached.*given: .*127\.0\.0\.1:1.*allowed: .*the state is kept.*PULUMI_K8S_DELETE_UNREACHABLE/s;
    await expect(plugin.read(MAP, id, inputs, properties)).rejects.toThrow(message);
    await expect(plugin.delete(MAP, id, properties)).rejects.toThrow(message);
    await expect(plugin.create(MAP, inputs)).rejects.toThrow(message);
    await plugin.configure({ kubeconfig: gone, skipUpdateUnreachable: "true" });
    expect(await plugin.read(MAP, id, inputs, properties)).toEqual({ id, inputs, properties });
  }, 20_000);

  it("is dropped from the state only when told to", async () => {
    await plugin.configure({ kubeconfig: gone, deleteUnreachable: "true" });
    expect((await plugin.read(MAP, "default/a", map({}), map({}))).id).toBe("");
    await plugin.delete(MAP, "default/a", map({}));
    await expect.poll(() => plugin.logs.join()).toMatch(/dropped from the state/);
  }, 20_000);

  it.each([
    ["/no/such/file", /neither there nor readable/],
    [JSON.stringify({ clusters: [], contexts: [] }), /names no current context/],
  ])("because of kubeconfig %s says so", async (kubeconfig, message) => {
    await plugin.configure({ kubeconfig });
    await expect(plugin.check(MAP, {})).rejects.toThrow(message);
  });
});

describe("a change of the provider", () => {
  it("replaces everything only where it points to another cluster", async () => {
    const diff = async (olds: Fields, news: Fields) => {
      const { Struct } = await import("google-protobuf/google/protobuf/struct_pb.js").then((module) => module.default);
      const request = new provider.DiffRequest().setOlds(Struct.fromJavaScript(olds as never));
      return plugin.call<provider.DiffResponse>(
        plugin.client.diffConfig,
        request.setNews(Struct.fromJavaScript(news as never)),
      );
    };
    const other = api.kubeconfig.replace("127.0.0.1", "127.0.0.2");
    const moved = await diff({ kubeconfig: api.kubeconfig }, { kubeconfig: other });
    expect(moved.getReplacesList()).toEqual(["kubeconfig"]);
    const token = api.kubeconfig.replace('"token":"t"', '"token":"u"');
    const renewed = await diff({ kubeconfig: api.kubeconfig }, { kubeconfig: token });
    expect(renewed.getReplacesList()).toEqual([]);
    expect(renewed.getDiffsList()).toEqual(["kubeconfig"]);
  });
});

describe("cancelling", () => {
  it("ends what is waited for at once, with what there is of it", async () => {
    const other = await PluginProcess.start();
    try {
      await other.configure({ kubeconfig: api.kubeconfig });
      const inputs = await other.check(DEPLOYMENT, { metadata: { name: "a" }, spec: { replicas: 1 } });
      const created = other.create(DEPLOYMENT, inputs).catch((reason: unknown) => reason);
      await expect.poll(() => other.logs.length).toBeGreaterThan(0);
      const began = Date.now();
      await other.call(other.client.cancel, new empty.Empty());
      const { id, reasons } = initFailure(await created);
      expect(Date.now() - began).toBeLessThan(2000);
      expect(id).toBe("default/a");
      expect(reasons[0]).toMatch(/^cancelled while waiting: /);
    } finally {
      await other.stop();
    }
  }, 20_000);
});
