/** The conformance list as tests, one operation after the other on one cluster. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConformanceStack } from "./conformance.ts";
import { OPERATIONS } from "./conformance-list.ts";
import type { Place } from "./conformance-objects.ts";
import { Outside } from "./outside.ts";
import type { TestCluster } from "./test-cluster.ts";

export const official = process.env.HORIZON_CONFORMANCE_PLUGIN !== undefined;

export type Opened = Pick<TestCluster, "kubeconfig" | "stop">;

export function conformance(where: string, open: () => Promise<Opened>): void {
  describe(`the conformance list, on ${official ? "the plugin that is named" : "our plugin"}${where}`, () => {
    let cluster: Opened;
    let place: Place;

    beforeAll(async () => {
      cluster = await open();
      const outside = new Outside(cluster.kubeconfig);
      const stack = await ConformanceStack.create(cluster.kubeconfig);
      place = { namespace: `conformance-${process.pid}`, outside, stack };
    });
    afterAll(async () => {
      await place?.stack.remove();
      await cluster?.stop();
    });

    const changes = async () =>
      Object.fromEntries(Object.entries(await place.stack.preview()).filter(([, operation]) => operation !== "same"));

    for (const operation of OPERATIONS) {
      it.skipIf(official && operation.oursOnly)(operation.title, async () => {
        if (operation.objects) place.stack.declare(operation.objects(place));
        await operation.before?.(place);
        if (operation.plan) expect(await changes()).toEqual(operation.plan);
        const result = await operation.run?.(place);
        if (result && !operation.fails) expect(result.code, result.output).toBe(0);
        if (operation.fails) expect(result?.code, result?.output).not.toBe(0);
        for (const text of [...(operation.fails ?? []), ...(operation.says ?? [])])
          expect(result?.output).toMatch(text);
        if (operation.next) expect(await changes()).toEqual(operation.next);
        for (const [get, wanted] of operation.holds ?? []) expect(await get(place)).toEqual(wanted);
      });
    }
  });
}
