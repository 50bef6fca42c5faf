import { describe, expect, it } from "vitest";
import { format } from "./compare.ts";
import { type Before, diffObject, needsDryRun, type Settings } from "./diff.ts";
import { type Fields, UNKNOWN } from "./values.ts";

const settings: Settings = { mutability: { configMaps: false, secrets: false }, ignore: [] };
const mutable: Settings = { mutability: { configMaps: true, secrets: true }, ignore: [] };

const object = (apiVersion: string, kind: string, more: Fields): Fields => ({
  apiVersion,
  kind,
  metadata: { name: "a", namespace: "n" },
  ...more,
});
/** A state whose live object is as it was applied. */
const stored = (inputs: Fields): Before => ({ inputs, live: { ...inputs, status: { phase: "x" } } });
const deployment = (spec: Fields) => object("apps/v1", "Deployment", { spec });

function summary(before: Fields | Before, news: Fields, options = settings, dryRun?: Fields) {
  const state = "live" in before ? (before as Before) : stored(before);
  const { changes, deleteBeforeReplace } = diffObject(state, news, options, dryRun);
  const lines = changes.map(({ path, kind, replace }) => `${kind} ${format(path)}${replace ? " replaces" : ""}`);
  return deleteBeforeReplace ? [...lines, "old one first"] : lines;
}

describe("a diff", () => {
  it("is empty where nothing changes, whatever the server and others have added", () => {
    const inputs = deployment({ replicas: 1 });
    const live = { ...deployment({ replicas: 1, strategy: {} }), status: { replicas: 1 } };
    expect(summary({ inputs, live }, inputs)).toEqual([]);
  });

  it("shows drift of what the program declares", () => {
    const inputs = deployment({ replicas: 1 });
    expect(summary({ inputs, live: deployment({ replicas: 5 }) }, inputs)).toEqual(["update spec.replicas"]);
    expect(summary({ inputs, live: deployment({}) }, inputs)).toEqual(["add spec.replicas"]);
  });

  it("names fields that the program no longer declares", () => {
    expect(summary(deployment({ replicas: 1, paused: true }), deployment({ replicas: 1 }))).toEqual([
      "delete spec.paused",
    ]);
  });

  it("takes an unknown for a change", () => {
    expect(summary(deployment({ replicas: 1 }), deployment({ replicas: UNKNOWN }))).toEqual(["update spec.replicas"]);
  });

  it("leaves out what the program ignores", () => {
    const news = deployment({ replicas: 2, template: { metadata: { labels: { a: "2" } } } });
    const before = deployment({ replicas: 1, template: { metadata: { labels: { a: "1" } } } });
    expect(summary(before, news, { ...settings, ignore: ["spec.replicas", "spec.template"] })).toEqual([]);
  });

  it("leaves out what only the server writes, though imported inputs have it", () => {
    const before = stored(object("v1", "ConfigMap", {}));
    const news = { ...before.inputs, metadata: { name: "a", namespace: "n", uid: "u", resourceVersion: "1" } };
    expect(summary(before, news)).toEqual([]);
  });
});

describe("a dry run", () => {
  const before = deployment({ cpu: "1" });
  const news = deployment({ cpu: "1000m" });

  it("is asked for where the inputs show an update, and not where they show nothing or a replacement", () => {
    expect(needsDryRun(diffObject(stored(before), news, settings))).toBe(true);
    expect(needsDryRun(diffObject(stored(before), before, settings))).toBe(false);
    expect(needsDryRun(diffObject(stored(before), deployment({ cpu: "1", selector: { a: "b" } }), settings))).toBe(
      false,
    );
  });

  it("shows that another spelling is no change", () => {
    expect(summary(before, news)).toEqual(["update spec.cpu"]);
    expect(summary(before, news, settings, deployment({ cpu: "1", added: true }))).toEqual([]);
  });

  it("still shows fields that are given up, which others may own then", () => {
    expect(summary(deployment({ a: 1, b: 2 }), deployment({ a: 1 }), settings, deployment({ a: 1, b: 2 }))).toEqual([
      "delete spec.b",
    ]);
  });
});

describe("a replacement", () => {
  it.each([
    [
      "apps/v1",
      "Deployment",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      { spec: { selector: { matchLabels: { a: "2" } } } },
    ],
    ["apps/v1", "DaemonSet", { spec: { selector: { a: 1 } } }, { spec: { selector: { a: 2 } } }],
    ["apps/v1", "StatefulSet", { spec: { serviceName: "a" } }, { spec: { serviceName: "b" } }],
    ["apps/v1", "StatefulSet", { spec: { podManagementPolicy: "Parallel" } }, { spec: {} }],
    [
      "apps/v1",
      "StatefulSet",
      { spec: { volumeClaimTemplates: [{ a: 1 }] } },
      { spec: { volumeClaimTemplates: [{ a: 2 }] } },
    ],
    ["batch/v1", "Job", { spec: { template: { a: 1 } } }, { spec: { template: { a: 2 } } }],
    ["v1", "Service", { spec: { clusterIP: "10.0.0.1" } }, { spec: { clusterIP: "None" } }],
    ["v1", "PersistentVolumeClaim", { spec: { storageClassName: "a" } }, { spec: { storageClassName: "b" } }],
    ["v1", "ConfigMap", { data: { a: "1" } }, { data: { a: "2" } }],
    ["v1", "Secret", { stringData: { a: "1" } }, { stringData: { a: "2" } }],
    ["v1", "Secret", { type: "Opaque" }, { type: "b" }],
    [
      "v1",
      "Pod",
      { spec: { containers: [{ name: "a", image: "1" }] } },
      { spec: { containers: [{ name: "a", image: "2" }] } },
    ],
    ["rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name: "a" } }, { roleRef: { name: "b" } }],
    ["scheduling.k8s.io/v1", "PriorityClass", { value: 1 }, { value: 2 }],
  ])("of %s %s %j by %j deletes the old one first, whose name it takes", (apiVersion, kind, before, after) => {
    const live = kind === "Secret" && "stringData" in before ? { ...before, data: { a: "MQ==" } } : before;
    const state = {
      inputs: object(apiVersion, kind, before as Fields),
      live: object(apiVersion, kind, live as Fields),
    };
    const shown = summary(state, object(apiVersion, kind, after as Fields));
    expect(shown.at(-1)).toBe("old one first");
    expect(shown.slice(0, -1).every((line) => line.endsWith(" replaces"))).toBe(true);
  });

  it.each([
    ["apps/v1", "Deployment", { spec: { replicas: 1 } }, { spec: { replicas: 2 } }],
    ["apps/v1", "StatefulSet", { spec: { revisionHistoryLimit: 1 } }, { spec: { revisionHistoryLimit: 2 } }],
    ["batch/v1", "Job", { spec: { parallelism: 1 } }, { spec: { parallelism: 2 } }],
    [
      "v1",
      "PersistentVolumeClaim",
      { spec: { resources: { requests: { storage: "1Gi" } } } },
      { spec: { resources: { requests: { storage: "2Gi" } } } },
    ],
    [
      "v1",
      "ConfigMap",
      { metadata: { name: "a", namespace: "n", labels: { a: "1" } } },
      { metadata: { name: "a", namespace: "n", labels: { a: "2" } } },
    ],
    ["example.com/v1", "Service", { spec: { clusterIP: "a" } }, { spec: { clusterIP: "b" } }],
  ])("is not needed for %s %s %j to %j", (apiVersion, kind, before, after) => {
    const shown = summary(object(apiVersion, kind, before as Fields), object(apiVersion, kind, after as Fields));
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatch(/^update [^ ]+$/);
  });

  it("is not needed for another version of the same kind", () => {
    expect(summary(object("autoscaling/v1", "A", {}), object("autoscaling/v2", "A", {}))).toEqual([
      "update apiVersion",
    ]);
  });

  it("by another name or namespace leaves the old one until the new one is there", () => {
    const before = object("v1", "ConfigMap", {});
    const news = { ...before, metadata: { name: "b", namespace: "n" } };
    expect(summary(before, news)).toEqual(["update metadata.name replaces"]);
    expect(summary(before, { ...before, metadata: { name: "a", namespace: "m" } })).toEqual([
      "update metadata.namespace replaces",
    ]);
  });

  it("of an object that we named creates the new one first", () => {
    const metadata = { name: "a-1", namespace: "n", annotations: { "pulumi.com/autonamed": "true" } };
    const shown = summary(
      object("v1", "ConfigMap", { metadata, data: { a: "1" } }),
      object("v1", "ConfigMap", { metadata, data: { a: "2" } }),
    );
    expect(shown).toEqual(["update data.a replaces"]);
  });

  it("of ConfigMaps and Secrets is not needed where they are declared mutable, unless they are immutable themselves", () => {
    const map = (value: string, more: Fields = {}) => object("v1", "ConfigMap", { data: { a: value }, ...more });
    expect(summary(map("1"), map("2"), mutable)).toEqual(["update data.a"]);
    expect(summary(map("1", { immutable: true }), map("2", { immutable: true }), mutable)).toEqual([
      "update data.a replaces",
      "old one first",
    ]);
  });
});
