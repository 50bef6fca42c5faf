import { describe, expect, test } from "vitest";
import { checkWorkload } from "./check.ts";
import { refused } from "./fixtures/refused.ts";
import { inClusters, workloads } from "./fixtures/workloads.ts";

test.each(Object.entries({ ...workloads, ...inClusters }))("%s is accepted", (_, workload) => {
  expect(checkWorkload(workload)).toEqual([]);
});

describe("refused", () => {
  test.each(Object.entries(refused))("%s", (_, { workload, problems }) => {
    const found = checkWorkload(workload);
    expect(found.map(({ where, what }) => `${where}: ${what}`).sort()).toEqual([...problems].sort());
    for (const { given, allowed, remedy } of found) {
      expect(given).not.toBe("");
      expect(allowed).not.toBe("");
      expect(remedy).not.toBe("");
    }
  });
});
