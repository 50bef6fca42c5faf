import { expect, it } from "vitest";
import { matches } from "./selector.ts";

const labels = { app: "kafka", tier: "data" };
const term = (operator: string, key: string, values?: string[]) => ({
  matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }],
});

it.each([
  ["nothing asked", {}, true],
  ["no selector", undefined, true],
  ["a label", { matchLabels: { app: "kafka" } }, true],
  ["another value", { matchLabels: { app: "redis" } }, false],
  ["one of two labels differs", { matchLabels: { app: "kafka", tier: "edge" } }, false],
  ["In", term("In", "app", ["redis", "kafka"]), true],
  ["In, other values", term("In", "app", ["redis"]), false],
  ["In, absent key", term("In", "zone", ["a"]), false],
  ["NotIn", term("NotIn", "app", ["redis"]), true],
  ["NotIn, its value", term("NotIn", "app", ["kafka"]), false],
  ["NotIn, absent key", term("NotIn", "zone", ["a"]), true],
  ["Exists", term("Exists", "tier"), true],
  ["Exists, absent key", term("Exists", "zone"), false],
  ["DoesNotExist", term("DoesNotExist", "zone"), true],
  ["DoesNotExist, present key", term("DoesNotExist", "tier"), false],
  ["labels and expressions", { matchLabels: { app: "kafka" }, ...term("Exists", "zone") }, false],
])("%s", (_, selector, expected) => {
  expect(matches(selector, labels)).toBe(expected);
});

it("refuses an operator that it does not know", () => {
  expect(() => matches(term("Gt", "app", ["1"]), labels)).toThrow("unknown operator Gt");
});
