/** The README lists the rules as they are. `UPDATE_README=1 vitest run policies/readme` writes them anew. */
import { expect, it } from "vitest";
import { readReadme, withRules, writeReadme } from "./readme.ts";
import { rules } from "./rules.ts";

it("lists the rules, and which of them stands for which check of Pod Security", () => {
  const fresh = withRules(readReadme(), rules);
  if (process.env.UPDATE_README === "1") writeReadme(fresh);
  expect(readReadme()).toBe(fresh);
});

it("refuses a README without its marks", () => {
  expect(() => withRules("# no marks", rules)).toThrow("lacks");
});
