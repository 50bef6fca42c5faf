/** Whatever a valid configuration says, the program stays sound. */
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { checkWorkload } from "../infra/check.ts";
import { workloadNames } from "../infra/config.ts";
import { mebibytes } from "../infra/units.ts";
import { assemble, known, mocks } from "./testing.ts";

beforeAll(async () => {
  await pulumi.runtime.setMocks(mocks);
});

const port = fc.oneof(fc.constant("off" as const), fc.integer({ min: 1024, max: 65_535 }));
const override = fc.record(
  {
    memory: fc.integer({ min: 256, max: 900 }).map((size) => `${size}Mi`),
    cpu: fc.integer({ min: 1, max: 8 }).map((n) => n / 4),
  },
  { requiredKeys: [] },
);
const config = fc.record(
  {
    docker: fc.record(
      { hostPorts: fc.record({ gateway: port, kafka: port }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    marketData: fc.record(
      {
        source: fc.constantFrom("generate", "live"),
        seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        symbols: fc.uniqueArray(fc.constantFrom("BTCUSDT", "ETHUSDT", "SOLUSDT"), { minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
    engine: fc.record({ maxNotional: fc.integer({ min: 1, max: 90_000_000_000 }) }, { requiredKeys: [] }),
    risk: fc.record({ maxOrderNotional: fc.integer({ min: 1, max: 90_000_000_000 }) }, { requiredKeys: [] }),
    resources: fc.dictionary(fc.constantFrom(...workloadNames), override, { maxKeys: 4 }),
    retention: fc.record({ marketData: fc.integer({ min: 1, max: 900 }).map((n) => `${n}h`) }, { requiredKeys: [] }),
    alertmanager: fc.record({ webhook: fc.webUrl({ validSchemes: ["https"] }) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

test("workloads keep the rules, wiring is closed, the same configuration gives the same plan", async () => {
  await fc.assert(
    fc.asyncProperty(config, fc.boolean(), async (values, grafana) => {
      const first = assemble(values, grafana);
      const again = assemble(values, grafana);
      expect([...first.workloads.keys()]).toEqual([...again.workloads.keys()]);
      expect(first.workloads.has("grafana")).toBe(grafana);
      expect(first.outputs.notes).toHaveLength(grafana ? 0 : 1);
      for (const [name, workload] of first.workloads) {
        expect(checkWorkload(workload)).toEqual([]);
        expect(await plain(again.workloads.get(name))).toEqual(await plain(workload));
        for (const needed of workload.needs ?? []) expect(first.workloads.has(needed.name)).toBe(true);
      }
      const heap = Number(/-Xmx(\d+)m/.exec(String(first.workloads.get("kafka")?.env?.BROKER_HEAP_OPTS))?.[1]);
      expect(heap).toBeLessThan(mebibytes(first.workloads.get("kafka")?.resources.memory ?? "1Mi") / 2);
    }),
    { numRuns: 15 },
  );
}, 120_000);

test("with three brokers, the commands for operators name one that is there", () => {
  const { outputs, workloads } = assemble({ kafka: { brokers: 3 }, docker: { hostPorts: { kafka: "off" } } });
  expect([...workloads.keys()].slice(0, 3)).toEqual(["kafka-0", "kafka-1", "kafka-2"]);
  expect(outputs.commands.topics).toMatch(/ exec kafka-0 -- /);
});

/** What a workload says, without the values that only exist later. */
async function plain(workload: unknown): Promise<unknown> {
  const { env, files, command, ports, resources } = workload as Record<string, Record<string, pulumi.Input<string>>>;
  const open = async (record: Record<string, pulumi.Input<string>> = {}) =>
    Object.fromEntries(
      await Promise.all(Object.entries(record).map(async ([key, value]) => [key, await known(value)])),
    );
  return { env: await open(env), files: await open(files), command, ports, resources };
}
