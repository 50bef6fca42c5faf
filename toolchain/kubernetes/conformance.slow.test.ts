import { describe, expect, it } from "vitest";
import { ConformanceStack, resourcesIn } from "./conformance.ts";
import { conformance, type Opened } from "./conformance-suite.ts";
import { findPrograms, startCluster } from "./test-cluster.ts";

const given = process.env.HORIZON_CONFORMANCE_KUBECONFIG;
const programs = findPrograms();

async function open(): Promise<Opened> {
  if (given !== undefined) return { kubeconfig: given, stop: async () => undefined };
  if (programs === undefined) throw new Error("neither a cluster nor the lab's programs");
  return await startCluster(programs);
}

/** Without controllers nothing that is deleted is ever gone. */
const runnable = given !== undefined || programs?.["kube-controller-manager"] !== undefined;

describe.skipIf(!runnable)("a cluster", () => {
  conformance("", open);

  it("that can't be reached costs no state", async () => {
    const cluster = await open();
    const stack = await ConformanceStack.create(cluster.kubeconfig);
    try {
      const name = `unreachable-${process.pid}`;
      stack.declare([{ type: "core.v1.Namespace", name: "ns", args: { metadata: { name } } }]);
      expect((await stack.up()).code).toBe(0);
      const before = await stack.state();
      const away = await stack.run(["refresh", "--yes", "--skip-preview"], undefined, { KUBECONFIG: "/dev/null" });
      expect(away.code).not.toBe(0);
      expect(away.output).toMatch(/reach/);
      expect(resourcesIn(await stack.state())).toEqual(resourcesIn(before));
      expect((await stack.destroy()).code).toBe(0);
    } finally {
      await stack.remove();
      await cluster.stop();
    }
  });
});
