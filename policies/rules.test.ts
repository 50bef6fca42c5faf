import { describe, expect, it } from "vitest";
import { containerType } from "./docker/container.ts";
import { hardened } from "./docker/hardened.ts";
import { docker, pod, podSecurity } from "./examples.ts";
import type { Platform } from "./picture.ts";
import type { Example } from "./rule.ts";
import { rules } from "./rules.ts";
import type { Resource } from "./subjects.ts";
import { resourceRules, ruleOf, violations } from "./testing.ts";

const platformOf = (example: Example): Platform =>
  example.every(({ type }) => type === containerType) && example.length > 0 ? "docker" : "kubernetes";

const numbered = (examples: Example[]): (readonly [number, Example])[] => examples.map((example, i) => [i, example]);

/** The host's network on Docker breaks two rules: what is shared, and where ports listen. */
const breaksTwo = (example: Example): boolean =>
  example.some(({ props }) => (props as { networkMode?: string }).networkMode === "host");

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  it.each(numbered(rule.examples.compliant))("accepts compliant example %i", (_i, example) => {
    expect(violations(rule, example)).toEqual([]);
  });

  it.each(numbered(rule.examples.offending))("refuses offending example %i", (_i, example) => {
    expect(violations(rule, example)).not.toEqual([]);
  });

  it("blames an offending example under this rule only, unless the example breaks two", () => {
    const others = resourceRules.filter((other) => other !== rule);
    for (const example of rule.examples.offending.filter((candidate) => !breaksTwo(candidate))) {
      const blamed = others.filter((other) => violations(other, example).length > 0).map(({ name }) => name);
      expect(blamed, JSON.stringify(example)).toEqual([]);
    }
  });

  it("has examples of each platform that it is for, and is for no other", () => {
    const offended = new Set(rule.examples.offending.map(platformOf));
    expect([...offended].sort()).toEqual(Object.keys(rule.remedy).sort());
  });

  it("does not touch other resources", () => {
    const others: Resource[] = [
      "docker:index/network:Network",
      "kubernetes:core/v1:ConfigMap",
      "kubernetes:example.org/v1:Job",
    ].map((type) => ({ type, name: "other", props: { spec: { template: { spec: { hostPID: true } } } } }));
    expect(violations(rule, others)).toEqual([]);
  });

  it("is mandatory and says where and what to do", () => {
    expect(rule.level).toBe("mandatory");
    const said = rule.examples.offending.map((example) => violations(rule, example)[0]);
    for (const message of said) expect(message).toMatch(/(subject(, container \w+)?|the stack): .+; ./);
  });
});

describe("the hardened examples", () => {
  it.each([
    ["docker", docker()],
    ["kubernetes", pod()],
  ])("on %s break no rule", (_, example) => {
    const blamed = resourceRules.filter((rule) => violations(rule, example).length > 0);
    expect(blamed).toEqual([]);
  });
});

describe("where digests are required", () => {
  const rule = ruleOf("pinned-image");

  it("a tag is not enough on Docker either", () => {
    const settings = { requireDigest: true };
    expect(violations(rule, docker({ image: "service:1.2.3" }), settings)).toHaveLength(1);
    expect(violations(rule, docker(), settings)).toEqual([]);
  });
});

describe("for an older cluster", () => {
  const rule = ruleOf("safe-sysctls");
  const tuned = podSecurity({ sysctls: [{ name: "net.ipv4.tcp_notsent_lowat", value: "16384" }] });

  it.each([
    [36, 1],
    [37, 0],
    [40, 0],
  ])("1.%i finds %i faults with a parameter that 1.37 began to allow", (kubernetesMinor, count) => {
    expect(violations(rule, tuned, { kubernetesMinor })).toHaveLength(count);
  });
});

describe("Docker", () => {
  it.each(Object.keys(hardened))("judges a container without %s without a crash", (field) => {
    const { [field as keyof typeof hardened]: _, ...rest } = hardened;
    for (const rule of rules) violations(rule, [{ type: containerType, name: "subject", props: rest }]);
  });
});
