import { describe, expect, it } from "vitest";
import { tooFew } from "./replicas.ts";

const autoscaler = {
  spec: { scaleTargetRef: { kind: "Deployment", name: "gateway" }, minReplicas: 2, maxReplicas: 6 },
};
const gateway = (replicas: number, availableReplicas?: number) => ({
  metadata: { name: "gateway" },
  spec: { replicas, selector: {}, template: {} },
  status: availableReplicas === undefined ? {} : { availableReplicas },
});

describe("replicas that an autoscaler wants", () => {
  it.each([
    ["none yet", [], ["gateway: 0 of 2"]],
    ["not told yet", [gateway(1)], ["gateway: 0 of 2"]],
    ["only the first", [gateway(1, 1)], ["gateway: 1 of 2"]],
    ["the second about to start", [gateway(2, 1)], ["gateway: 1 of 2"]],
    ["more on their way", [gateway(4, 3)], ["gateway: 3 of 4"]],
    ["all", [gateway(2, 2)], []],
  ])("%s", (_, deployments, missing) => {
    expect(tooFew([autoscaler], deployments)).toEqual(missing);
  });

  it("are no matter of workloads without an autoscaler", () => {
    expect(tooFew([], [gateway(1)])).toEqual([]);
  });
});
