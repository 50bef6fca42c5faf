import { type ResourceValidationArgs, unknownCheckingProxy } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { type Container, type ContainerRule, containerType, type Settings, toPolicy } from "./container.ts";
import { hardened } from "./hardened.ts";
import { rules } from "./rules.ts";

/** What stands for a value that a preview does not know yet (@pulumi/policy, proxy.js). */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Runs the policy as the engine would and returns what it reports. */
function violations(rule: ContainerRule, props: object, type = containerType, settings: Settings = {}): string[] {
  const found: string[] = [];
  const args = { type, props, name: "subject", getConfig: () => settings } as unknown as ResourceValidationArgs;
  const validate = toPolicy(rule).validateResource;
  if (typeof validate !== "function") throw new Error("a rule validates with one function");
  validate(args, (message) => found.push(message));
  return found;
}

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  it.each(rule.examples.compliant.map((example, i) => [i, example] as const))(
    "accepts compliant example %i",
    (_i, example) => {
      expect(violations(rule, example)).toEqual([]);
    },
  );

  it.each(rule.examples.offending.map((example, i) => [i, example] as const))(
    "refuses offending example %i",
    (_i, example) => {
      expect(violations(rule, example)).toHaveLength(1);
    },
  );

  it("blames an offending example under this rule only, unless the example breaks two", () => {
    const others = rules.filter((other) => other !== rule);
    for (const example of rule.examples.offending) {
      const blamed = others.filter((other) => violations(other, example).length > 0).map(({ name }) => name);
      const both = example.networkMode === "host" || example.privileged === true;
      if (!both) expect(blamed).toEqual([]);
    }
  });

  it("does not touch other resources", () => {
    expect(violations(rule, {}, "docker:index/network:Network")).toEqual([]);
  });

  it("is mandatory and says what to do", () => {
    expect(rule.level).toBe("mandatory");
    for (const example of rule.examples.offending) expect(violations(rule, example)[0]).toMatch(/subject: .*; /);
  });
});

describe("in a preview", () => {
  it.each(Object.keys(hardened))("an unknown %s turns no rule into a crash", (field) => {
    const props = unknownCheckingProxy({ ...hardened, [field]: unknown }) as Container;
    for (const rule of rules) expect(() => violations(rule, props)).not.toThrow();
  });

  it("an unknown image is not called unpinned", () => {
    const rule = rules.find(({ name }) => name === "pinned-image") as ContainerRule;
    expect(violations(rule, unknownCheckingProxy({ ...hardened, image: unknown }))).toEqual([]);
  });
});

describe("where digests are required", () => {
  const rule = rules.find(({ name }) => name === "pinned-image") as ContainerRule;

  it("a tag is not enough", () => {
    const settings = { requireDigest: true };
    expect(violations(rule, { ...hardened, image: "service:1.2.3" }, containerType, settings)).toHaveLength(1);
    expect(violations(rule, hardened, containerType, settings)).toEqual([]);
  });
});
