import { expect, test } from "vitest";
import { foreignNamespace } from "./cluster.ts";

const cluster = { stack: "prod", namespace: "trading" };

test("a namespace that is the stack's own, nobody's or not there yet is used", () => {
  expect(foreignNamespace(cluster, "prod")).toEqual([]);
  expect(foreignNamespace(cluster, undefined)).toEqual([]);
});

test("another stack's namespace is refused", () => {
  expect(foreignNamespace(cluster, "staging")).toMatchObject([
    { where: "stack prod, namespace trading", given: "label cipherhorizon.stack=staging" },
  ]);
});
