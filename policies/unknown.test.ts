/** What a preview doesn't know yet accuses nobody, crashes nothing and hides nothing else. */
import { unknownCheckingProxy } from "@pulumi/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { containerType } from "./docker/container.ts";
import { hardened } from "./docker/hardened.ts";
import { object, pod } from "./examples.ts";
import { pods } from "./kubernetes/arbitrary.ts";
import { hardenedPod } from "./kubernetes/hardened.ts";
import type { PodSpec } from "./kubernetes/pod.ts";
import { type Example, findings } from "./rule.ts";
import { rules } from "./rules.ts";
import type { Resource } from "./subjects.ts";
import { resourceRules, ruleOf, violations } from "./testing.ts";

/** What stands for a value that a preview does not know yet (@pulumi/policy, proxy.js). */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** As the engine hands it to a policy. */
const inPreview = ({ type, name, props }: Resource): Resource => ({ type, name, props: unknownCheckingProxy(props) });

type Tree = Record<string, unknown>;

/** The same tree with one value unknown, for each place in it. */
function withUnknown(tree: unknown): unknown[] {
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => {
    // A name only says where; the rest of the tree must stay as it is.
    if (key === "name") return [];
    const replaced = (by: unknown): unknown =>
      Array.isArray(tree) ? tree.with(Number(key), by) : { ...(tree as Tree), [key]: by };
    return [replaced(unknown), ...withUnknown(value).map(replaced)];
  });
}

/** Rule, place and check of each violation, without the values that it names. */
const accusations = (resource: Resource): string[] =>
  findings(resourceRules, [resource]).map(({ rule, where, control }) => `${rule}, ${where}, ${control}`);

/** Whatever an unknown turns out to be, nothing may be refused before that would be let through after. */
function expectNoNewAccusation(resource: Resource): void {
  const after = accusations(resource);
  for (const props of withUnknown(resource.props)) {
    const before = accusations(inPreview({ ...resource, props: props as object }));
    expect(after, JSON.stringify(props)).toEqual(expect.arrayContaining(before));
  }
}

const examples = rules.flatMap(({ examples: { compliant, offending } }) => [...compliant, ...offending].flat());

describe("an unknown value", () => {
  it("accuses no example of what it isn't accused of anyway", () => {
    for (const resource of examples) expectNoNewAccusation(resource);
  });

  it("accuses no generated pod of what it isn't accused of anyway", () => {
    fc.assert(
      fc.property(pods, (props) => expectNoNewAccusation({ type: "kubernetes:core/v1:Pod", name: "subject", props })),
      { numRuns: 60 },
    );
  });

  it("makes no hardened container or pod an offender", () => {
    const good = [{ type: containerType, name: "subject", props: hardened }, ...pod()];
    for (const resource of good)
      for (const props of withUnknown(resource.props))
        expect(accusations(inPreview({ ...resource, props: props as object })), JSON.stringify(props)).toEqual([]);
  });

  it.each(resourceRules.map((rule) => [rule.name, rule] as const))(
    "beside an offence doesn't hide it from %s",
    (_, rule) => {
      for (const { type, name, props } of rule.examples.offending.flat()) {
        if (type !== "kubernetes:core/v1:Pod") continue;
        const { metadata, spec } = props as { metadata?: object; spec: PodSpec };
        const containers = [unknown, ...(spec.containers ?? [])];
        const beside = { ...spec, containers, volumes: [...(spec.volumes ?? []), unknown], nodeSelector: unknown };
        const example = [inPreview({ type, name, props: { metadata, spec: beside } })];
        expect(violations(rule, example), JSON.stringify(beside)).not.toEqual([]);
      }
    },
  );
});

describe("a whole stack in a preview", () => {
  const rule = ruleOf("default-deny");
  const deny = (metadata: object, spec: unknown): Example =>
    object("networking.k8s.io/v1:NetworkPolicy", { metadata, spec });
  const closed = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
  const trader = pod(hardenedPod, { namespace: "trading" });

  it.each([
    ["a policy in a namespace that isn't known", [...trader, ...deny({ namespace: unknown }, closed)]],
    ["a policy of which little is known", [...trader, ...deny({ namespace: "trading" }, unknown)]],
    ["a pod in a namespace that isn't known", pod(hardenedPod, { namespace: unknown })],
  ])("isn't refused for %s", (_, example) => {
    expect(violations(rule, example.map(inPreview))).toEqual([]);
  });

  it("is refused for the open namespace that is known", () => {
    const example = [...trader, ...pod(hardenedPod, { namespace: unknown })];
    expect(violations(rule, example.map(inPreview))).toHaveLength(1);
  });
});
