/**
 * The API server of every Kubernetes minor that the stack is tried on takes all of its objects: alone on loopback, with its
 * default admission, without nodes and controllers. Run by `horizon test lab`, which shows how the servers are built.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../infra/config.ts";
import { context } from "../../infra/kubernetes/fixture.ts";
import { toNamespace } from "../../infra/kubernetes/namespace.ts";
import { minors } from "../../lab/minors.ts";
import { defineRoutes } from "../../toolchain/kubernetes/conformance-network.ts";
import { Outside } from "../../toolchain/kubernetes/outside.ts";
import { at, fields, nameOf, namespaceOf, text, without } from "../../toolchain/kubernetes/plugin/objects.ts";
import { type Fields, isFields, type Value } from "../../toolchain/kubernetes/plugin/values.ts";
import type { TestCluster } from "../../toolchain/kubernetes/test-cluster.ts";
import { ApiServer, type Said } from "./api-server.ts";
import { fixtures, generated, rendered, shapes } from "./manifests.ts";
import { startMinor } from "./minor.ts";
import { allSettings, settingsIn } from "./settings.ts";

/** What each shape of the stack consists of. Rendered once: no API server has a say in it. */
const objects = new Map<string, Fields[]>();
const cases = [...Object.keys(shapes), "fixtures"];

beforeAll(async () => {
  for (const [stack, shape] of Object.entries(shapes)) objects.set(stack, await rendered(stack, shape));
  objects.set("fixtures", fixtures());
}, 300_000);

const titleOf = (object: Fields): string => `${text(object, "kind")} ${nameOf(object)}`;

/** The pods that a workload's controller would make. */
function podsOf(all: readonly Fields[]): Fields[] {
  return all.flatMap((object) => {
    const template = at(object, "spec", "template");
    if (!isFields(template)) return [];
    const metadata = { ...fields(template, "metadata"), name: nameOf(object), namespace: namespaceOf(object) };
    return [{ ...template, apiVersion: "v1", kind: "Pod", metadata }];
  });
}

/** What a server objects to; nothing where it takes the object in silence. */
const objections = (object: Fields, { refused, warnings }: Said): string[] =>
  [...(refused === undefined ? [] : [`refused: ${refused}`]), ...warnings].map((said) => `${titleOf(object)}: ${said}`);

/** Fields that were sent and are not kept: what a server doesn't know it may drop. */
function dropped(sent: Value, kept: Value | undefined, path: string): string[] {
  if (Array.isArray(sent)) return sent.flatMap((item, i) => dropped(item, at(kept, i), `${path}[${i}]`));
  if (isFields(sent)) {
    return Object.entries(sent).flatMap(([key, item]) => dropped(item, at(kept, key), `${path}.${key}`));
  }
  return kept === sent || (sent === "" && kept === undefined) ? [] : [`${path}: ${sent} became ${kept}`];
}

const unversioned = (object: Fields): Fields => without(object, "metadata", "resourceVersion");

/** Of a Secret the server keeps the contents in another field. */
const comparable = ({ stringData: _, ...object }: Fields): Fields => object;

/** Without any security context, so everything that `restricted` asks for is missing. */
const lax = (container: Fields = {}): Fields => ({ containers: [{ name: "a", image: "a", ...container }] });
const { namespace } = context;
const metadata = { name: "lax", namespace };
const labels = { app: "lax" };

const deployment = (container: Fields, spec: Fields = {}): Fields => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { ...lax(container), ...spec } },
  },
});

/** What the same questions bring to light in objects that aren't as they should be. */
const objectionable: { what: string; object: Fields; says: RegExp }[] = [
  {
    what: "a privileged pod",
    object: { apiVersion: "v1", kind: "Pod", metadata, spec: lax({ securityContext: { privileged: true } }) },
    says: /refused: .*violates PodSecurity "restricted:latest": privileged/,
  },
  {
    what: "a controller of such pods",
    object: deployment({ securityContext: { privileged: true } }),
    says: /: would violate PodSecurity "restricted:latest": privileged/,
  },
  {
    what: "a deprecated kind",
    object: { apiVersion: "v1", kind: "Endpoints", metadata },
    says: /: v1 Endpoints is deprecated/,
  },
  {
    what: "a deprecated field",
    object: deployment({}, { nodeSelector: { "beta.kubernetes.io/os": "linux" } }),
    says: /: .*nodeSelector.* deprecated since v1\.14/,
  },
  {
    what: "a field that there isn't",
    object: { apiVersion: "v1", kind: "ConfigMap", metadata, dato: {} },
    says: /refused: .*dato/,
  },
  {
    what: "a value that can't be",
    object: deployment({ resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }),
    says: /refused: .*must be less than or equal to cpu limit/,
  },
  {
    what: "a version that is gone",
    object: { apiVersion: "policy/v1beta1", kind: "PodDisruptionBudget", metadata },
    says: /refused: .*policy\/v1beta1/,
  },
];

/** Settings of the other platform, and those that no object shows. */
const elsewhere = [
  /^(docker|resources)\./,
  /^platform=docker$/,
  /^logLevel=/,
  /^kubernetes\.(context$|registryLogin=)/,
  /^kubernetes\.nodePool\.machine\./,
];

it("the shapes make use of every setting that reaches a cluster", () => {
  const values = Object.values(shapes).map((shape) => shape.values);
  const chosen = values.flatMap((each) => settingsIn(parseConfig(each))).filter((setting) => setting.includes("="));
  const used = new Set([...values.flatMap((each) => settingsIn(each)), ...chosen]);
  const left = allSettings().filter((setting) => !elsewhere.some((pattern) => pattern.test(setting)));
  expect(left.length).toBeGreaterThan(30);
  expect(left.filter((setting) => !used.has(setting))).toEqual([]);
});

describe.each(minors)("Kubernetes 1.%i", (minor) => {
  let cluster: TestCluster;
  let server: ApiServer;

  beforeAll(async () => {
    cluster = await startMinor(minor);
    server = new ApiServer(cluster.kubeconfig);
    await defineRoutes({ outside: new Outside(cluster.kubeconfig) });
    // A controller makes the account elsewhere, and pods without one are refused for that reason first.
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
    for (const object of [toNamespace(context.stack, namespace), account]) await server.apply(object as Fields);
  }, 7_200_000);

  afterAll(() => cluster?.stop());

  it("is the server's version", async () => {
    expect(await server.version()).toMatch(new RegExp(`^v1\\.${minor}\\.\\d+$`));
  });

  it.each(cases)(
    "%s: every object is taken without a warning and kept whole, and nothing changes the second time",
    async (name) => {
      const all = objects.get(name) ?? [];
      expect(all.length).toBeGreaterThan(50);
      for (const object of all) {
        const first = await server.apply(object);
        const second = await server.apply(object);
        const third = await server.apply(object);
        expect([first, second, third].flatMap((answer) => objections(object, answer))).toEqual([]);
        expect(dropped(comparable(object), first.kept, titleOf(object))).toEqual([]);
        // A server stores the status of a new claim only when it is written for the second time.
        expect(unversioned(second.kept), titleOf(object)).toEqual(unversioned(first.kept));
        expect(third.kept, titleOf(object)).toEqual(second.kept);
      }
    },
  );

  it.each(cases)("%s: every pod is admitted as restricted", async (name) => {
    const pods = podsOf(objects.get(name) ?? []);
    expect(pods.length).toBeGreaterThan(9);
    for (const pod of pods) expect(objections(pod, await server.admit(pod))).toEqual([]);
  });

  it("takes what made-up workloads become", async () => {
    const seed = Date.now() % 2 ** 31;
    const all = await generated(seed, 50);
    for (const object of all) {
      const answer = await server.apply(object, { dry: true });
      expect(objections(object, answer), `seed ${seed}`).toEqual([]);
      expect(dropped(comparable(object), answer.kept, titleOf(object)), `seed ${seed}`).toEqual([]);
    }
  });

  it.each(objectionable)("says so of $what", async ({ object, says }) => {
    const answer = await (text(object, "kind") === "Pod" ? server.admit(object) : server.apply(object, { dry: true }));
    expect(objections(object, answer).join("\n")).toMatch(says);
  });

  it("shows that a value is not kept as it was sent", async () => {
    const object = deployment({ resources: { requests: { cpu: "1000m" } } });
    const { kept } = await server.apply(object, { dry: true });
    expect(dropped(object, kept, "")).toEqual([
      ".spec.template.spec.containers[0].resources.requests.cpu: 1000m became 1",
    ]);
  });
});
