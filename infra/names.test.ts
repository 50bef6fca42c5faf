import fc from "fast-check";
import { expect, test } from "vitest";
import { checkLabel, checkObjectName, digest, dnsLabel, objectName } from "./names.ts";

const label = fc.stringMatching(dnsLabel);

test.each(["kafka", "a", "risk-management", "x".repeat(63)])("%s is a label", (name) =>
  expect(checkLabel("here", name)).toEqual([]),
);

test.each(["", "Kafka", "1a", "-a", "a-", "a.b", "a_b", "x".repeat(64)])("%j is no label", (name) =>
  expect(checkLabel("here", name)).toHaveLength(1),
);

test("objects of different workloads, or different parts, never share a name", () => {
  const part = fc.option(fc.constantFrom("state", "files", "outside", "1a2b3c4d-0"), { nil: undefined });
  fc.assert(
    fc.property(label, part, label, part, (a, p, b, q) => {
      fc.pre(a !== b || p !== q);
      expect(objectName("dev", a, p)).not.toBe(objectName("dev", b, q));
    }),
  );
});

test("an accepted name leaves room for every part within 63 characters", () => {
  fc.assert(
    fc.property(label, label, (stack, name) => {
      fc.pre(checkObjectName(stack, name).length === 0);
      expect(objectName(stack, name, "1a2b3c4d-9").length).toBeLessThanOrEqual(63);
    }),
  );
});

test("a name too long is refused with what is allowed", () => {
  const [problem] = checkObjectName("a-very-long-stack-name", "a-very-long-workload-name");
  expect(problem?.given).toContain("47 characters");
  expect(problem?.allowed).toBe("at most 37 characters together");
});

test("digest tells lists apart that join alike", () => {
  expect(digest(["ab", "c"])).not.toBe(digest(["a", "bc"]));
  expect(digest([])).not.toBe(digest([""]));
});
