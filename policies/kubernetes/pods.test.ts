/** Whatever holds a pod is judged like the pod. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { object, pod } from "../examples.ts";
import type { Example } from "../rule.ts";
import { rules } from "../rules.ts";
import { resourceRules, ruleOf, violations } from "../testing.ts";
import { hardenedContainer, hardenedPod } from "./hardened.ts";
import type { Pod, PodContainer } from "./pod.ts";
import { podKinds, podsOf } from "./pods.ts";

/** The same pod in every kind of resource that makes one. */
const wrapped = (kind: string, template: Pod): Example => {
  if (kind === "Pod") return object("core/v1:Pod", template);
  if (kind === "PodTemplate") return object("core/v1:PodTemplate", { template });
  if (kind === "CronJob") return object("batch/v1:CronJob", { spec: { jobTemplate: { spec: { template } } } });
  const group = kind === "Job" ? "batch/v1" : kind === "ReplicationController" ? "core/v1" : "apps/v1";
  return object(`${group}:${kind}`, { spec: { template } });
};

const podExamples = (examples: Example[]): Pod[] =>
  examples.flatMap((example) =>
    example.length === 1 && example[0]?.type === "kubernetes:core/v1:Pod" ? [example[0].props as Pod] : [],
  );

describe.each(podKinds)("a %s", (kind) => {
  it.each(resourceRules.map((rule) => [rule.name, rule] as const))("is judged like a pod by %s", (name, rule) => {
    // What runs to its end is not asked after its health.
    const ends = name === "health-check" && ["Job", "CronJob"].includes(kind);
    for (const found of podExamples(rule.examples.compliant))
      expect(violations(rule, wrapped(kind, found))).toEqual([]);
    for (const found of podExamples(rule.examples.offending)) {
      if (ends) expect(violations(rule, wrapped(kind, found))).toEqual([]);
      else expect(violations(rule, wrapped(kind, found))).not.toEqual([]);
    }
  });
});

describe("the three lists of containers", () => {
  const asked = {
    initContainers: ["health-check"],
    ephemeralContainers: ["health-check", "memory-limit", "cpu-request"],
  };

  it.each(["initContainers", "ephemeralContainers"] as const)("%s are judged like containers", (list) => {
    for (const rule of rules.filter(({ name, checks }) => checks.process && !asked[list].includes(name)))
      for (const { metadata, spec = {} } of podExamples(rule.examples.offending)) {
        const { containers = [], initContainers, ephemeralContainers, ...rest } = spec;
        if (initContainers ?? ephemeralContainers) continue;
        const moved = containers.map((container): PodContainer => ({ ...container, name: "moved" }));
        const example = pod({ ...rest, containers: [hardenedContainer], [list]: moved }, metadata);
        expect(violations(rule, example), `${rule.name} ${JSON.stringify(moved)}`).not.toEqual([]);
      }
  });
});

describe("a list of resources", () => {
  it("is judged item by item", () => {
    const items = [{ spec: hardenedPod }, { spec: { ...hardenedPod, hostPID: true } }];
    expect(violations(ruleOf("no-host-access"), object("core/v1:PodList", { items }))).toHaveLength(1);
  });
});

describe("a patch", () => {
  it("breaks no rule by what it leaves to others", () => {
    const sparse = { spec: { template: { spec: { containers: [{ name: "service" }] } } } };
    for (const props of [{}, { metadata: { name: "x" } }, { spec: {} }, sparse])
      for (const rule of rules)
        for (const kind of ["apps/v1:DeploymentPatch", "core/v1:ServicePatch", "core/v1:NamespacePatch"])
          expect(violations(rule, object(kind, props)), rule.name).toEqual([]);
  });

  it.each([
    ["no-host-access", { hostPID: true }],
    ["non-root-user", { securityContext: { runAsUser: 0 } }],
    ["non-root-user", { securityContext: { runAsNonRoot: false } }],
    ["no-capabilities", { containers: [{ name: "service", securityContext: { privileged: true } }] }],
    ["no-capabilities", { containers: [{ securityContext: { capabilities: { add: ["SYS_ADMIN"] } } }] }],
    ["no-new-privileges", { containers: [{ securityContext: { allowPrivilegeEscalation: true } }] }],
    ["pinned-image", { containers: [{ name: "service", image: "service:latest" }] }],
    ["volume-types", { volumes: [{ name: "data", nfs: {} }] }],
    ["no-host-ports", { containers: [{ ports: [{ hostPort: 80 }] }] }],
  ])("breaks %s by %j", (name, spec) => {
    const example = object("apps/v1:DeploymentPatch", { spec: { template: { spec } } });
    expect(violations(ruleOf(name), example)).not.toEqual([]);
  });
});

describe("the Kubernetes SDK", () => {
  const sdk = fileURLToPath(new URL("../../node_modules/@pulumi/kubernetes/", import.meta.url));
  const holds =
    /^\s+(template|jobTemplate)\??: pulumi\.Input<inputs\.[\w.]*(PodTemplateSpec|JobTemplateSpec)( \| undefined)?>;$/m;

  /** Every type token of the SDK whose kind has a pod in it, by its own types. */
  function tokens(): string[] {
    const files = readdirSync(sdk, { recursive: true, encoding: "utf8" });
    const sources = files
      .filter((file) => /^\w+\/v\w+\/\w+\.js$/.test(file))
      .map((file) => readFileSync(sdk + file, "utf8"));
    return sources.flatMap((source) => /__pulumiType = '([^']+)'/.exec(source)?.[1] ?? []);
  }

  it("has no resource with a pod that the extractor doesn't know", () => {
    const types = readFileSync(`${sdk}types/input.d.ts`, "utf8");
    const bodies = types.split(/^ {8}interface (?=\w+ \{)/m);
    const owners = bodies.filter((body) => holds.test(body.split(/^ {8}\}$/m)[0] ?? ""));
    const kinds = owners.map((body) => (/^\w+/.exec(body)?.[0] ?? "").replace(/Spec$/, ""));
    expect([...new Set(kinds)].sort()).toEqual(podKinds.filter((kind) => kind !== "Pod").sort());
  });

  it("names each kind by tokens that the extractor takes", () => {
    const ofPods = tokens().filter((token) =>
      podKinds.includes(token.split(":")[2]?.replace(/(Patch|List)$/, "") ?? ""),
    );
    const spec = { containers: [] };
    const template = { spec };
    const whole = { spec: { template, jobTemplate: { spec: { template } } }, template };
    expect(ofPods.length).toBeGreaterThan(50);
    for (const token of ofPods) {
      const props = token.endsWith("List") ? { items: [whole, whole] } : whole;
      expect(podsOf(token, props), token).toHaveLength(token.endsWith("List") ? 2 : 1);
    }
  });
});
