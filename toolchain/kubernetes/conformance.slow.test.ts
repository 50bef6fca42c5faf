import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConformanceStack, resourcesIn } from "./conformance.ts";
import { OPERATIONS } from "./conformance-list.ts";
import type { Place } from "./conformance-objects.ts";
import { Outside } from "./outside.ts";
import { findPrograms, startCluster, type TestCluster } from "./test-cluster.ts";

const official = process.env.HORIZON_CONFORMANCE_PLUGIN !== undefined;
const given = process.env.HORIZON_CONFORMANCE_KUBECONFIG;
const programs = findPrograms();
/** Without controllers nothing that is deleted is ever gone. */
const runnable = given !== undefined || programs?.["kube-controller-manager"] !== undefined;

describe.skipIf(!runnable)(`the conformance list, on ${official ? "the plugin that is named" : "our plugin"}`, () => {
  let cluster: TestCluster | undefined;
  let place: Place;

  beforeAll(async () => {
    if (given === undefined && programs) cluster = await startCluster(programs);
    const kubeconfig = given ?? cluster?.kubeconfig ?? "";
    const outside = new Outside(kubeconfig);
    place = { namespace: `conformance-${process.pid}`, outside, stack: await ConformanceStack.create(kubeconfig) };
  });
  afterAll(async () => {
    await place?.stack.remove();
    await cluster?.stop();
  });

  for (const operation of OPERATIONS) {
    it.skipIf(official && operation.oursOnly)(operation.title, async () => {
      if (operation.objects) place.stack.declare(operation.objects(place));
      await operation.before?.(place);
      if (operation.plan) expect(await changes()).toEqual(operation.plan);
      const result = await operation.run?.(place);
      if (result && !operation.fails) expect(result.code, result.output).toBe(0);
      if (operation.fails) expect(result?.code, result?.output).not.toBe(0);
      for (const text of [...(operation.fails ?? []), ...(operation.says ?? [])]) expect(result?.output).toMatch(text);
      if (operation.next) expect(await changes()).toEqual(operation.next);
      for (const [get, wanted] of operation.holds ?? []) expect(await get(place)).toEqual(wanted);
    });
  }

  const changes = async () =>
    Object.fromEntries(Object.entries(await place.stack.preview()).filter(([, operation]) => operation !== "same"));
});

describe("a cluster that can't be reached", () => {
  it.skipIf(!runnable)("costs no state", async () => {
    const cluster = given === undefined && programs ? await startCluster(programs) : undefined;
    const stack = await ConformanceStack.create(given ?? cluster?.kubeconfig ?? "");
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
      await cluster?.stop();
    }
  });
});
