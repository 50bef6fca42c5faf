import { expect, test } from "vitest";
import { ignores } from "./dockerignore.ts";

test.each([
  ["target", "target/debug/x", true],
  ["target", "engine/target/x", false],
  ["**/target", "engine/target/x", true],
  ["**/target", "target", true],
  ["*.log", "a.log", true],
  ["*.log", "dir/a.log", false],
  ["**/*.log", "dir/a.log", true],
  ["/build/", "build/x", true],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  ["x[ab].txt", "xa.txt", true],
  ["x[ab].txt", "xc.txt", false],
  ["# comment", "# comment", false],
  ["a.b", "aXb", false],
  ["**", "anything/at/all", true],
])("rule %j, path %j: ignored %s", (rules, path, expected) => expect(ignores(rules)(path)).toBe(expected));

test("the last matching rule decides", () => {
  const ignored = ignores("*\n!keep\nkeep/not\n");
  expect(ignored("other")).toBe(true);
  expect(ignored("keep/this")).toBe(false);
  expect(ignored("keep/not/that")).toBe(true);
});
