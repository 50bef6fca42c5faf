/** The README's picture is the program's own graph. `UPDATE_README=1 vitest run stacks/readme` draws it anew. */
import { runtime } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { readReadme, withGraph, writeReadme } from "./readme.ts";
import { assemble, mocks } from "./testing.ts";

it("shows what the program needs of what", async () => {
  await runtime.setMocks(mocks, "cipherhorizon", "dev", false);
  const fresh = withGraph(readReadme(), assemble({}).outputs.graph);
  if (process.env["UPDATE_README"] === "1") writeReadme(fresh);
  expect(readReadme()).toBe(fresh);
});

it("refuses a README without its marks", () => {
  expect(() => withGraph("# no marks", "flowchart LR\n")).toThrow("lacks");
});
