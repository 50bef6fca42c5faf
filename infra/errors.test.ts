import { RunError } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { refuse, shown, UserError } from "./errors.ts";

const problem = { where: "here", what: "wrong", given: "1", allowed: "2", remedy: "write 2" };

describe("UserError", () => {
  test("says four parts", () => {
    expect(new UserError(problem).message).toBe("here: wrong\n  given:   1\n  allowed: 2\n  remedy:  write 2");
  });

  test("is printed by Pulumi's runtime without a stack", () => {
    expect(RunError.isInstance(new UserError(problem))).toBe(true);
  });
});

test("refuse throws everything at once, and nothing for nothing", () => {
  refuse([]);
  expect(() => refuse([problem, { ...problem, where: "there" }])).toThrow(/here: wrong[\s\S]*there: wrong/);
});

test("shown cuts what is long", () => {
  expect(shown("x".repeat(200))).toHaveLength(78);
  expect(shown(undefined)).toBe("undefined");
});
