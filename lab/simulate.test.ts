import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { difference, simulatedNode } from "./simulate.ts";

describe("simulated nodes", () => {
  it("carry a taint, so that no pod comes there unasked, and lie in three zones", () => {
    const nodes = [0, 1, 2, 3].map((number) => JSON.stringify(simulatedNode(number)));
    for (const node of nodes) expect(node).toContain('"effect":"NoSchedule"');
    expect(new Set(nodes.map((node) => /zone-\d/.exec(node)?.[0])).size).toBe(3);
  });

  it("are made and removed until there are as many as wanted", () => {
    expect(difference(2, [])).toEqual({ make: [0, 1], remove: [] });
    expect(difference(2, ["simulated-1", "simulated-7"])).toEqual({ make: [0], remove: ["simulated-7"] });
    expect(difference(0, ["simulated-0"])).toEqual({ make: [], remove: ["simulated-0"] });
  });

  it("have stages for nodes and pods", () => {
    const text = readFileSync(join(import.meta.dirname, "kwok", "stages.yaml"), "utf8");
    const stages = parseAllDocuments(text).map((document) => document.toJS());
    expect(stages.map(({ kind, spec }) => `${kind} ${spec.resourceRef.kind}`)).toEqual([
      "Stage Node",
      "Stage Node",
      "Stage Pod",
      "Stage Pod",
      "Stage Pod",
    ]);
  });
});
