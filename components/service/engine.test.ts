import { output } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { image, running } from "../../infra/fixtures/workloads.ts";
import type { LatencyProfile } from "../../infra/workload.ts";
import { type EngineWorkload, engineWorkload } from "./engine.ts";

const settings = (latency?: LatencyProfile) => {
  const args: EngineWorkload = {
    memory: "128Mi",
    cpu: 1,
    kafka: {
      servers: [running("kafka", { clients: 9092 })],
      brokers: "kafka:9092",
      user: "engine",
      password: output("p"),
    },
    certificate: { certificate: output("c"), key: output("k") },
    limits: { maxNotional: 1, maxOpenOrders: 1, collarBps: 1 },
    latency,
    logLevel: "info",
  };
  const { env = {} } = engineWorkload(image, args);
  const { SPIN, HUGE_PAGES, HUGE_PAGE_MIB, LOCK_MEMORY } = env;
  return { SPIN, HUGE_PAGES, HUGE_PAGE_MIB, LOCK_MEMORY };
};

describe("what the engine is told of its latency profile", () => {
  test.each<[string, LatencyProfile | undefined, object]>([
    ["nothing where there is none", undefined, { SPIN: "off" }],
    ["to sleep on its only core", { cpus: "1" }, { SPIN: "off" }],
    ["to spin where its other threads have a core too", { cpus: "2-3" }, { SPIN: "on" }],
    ["the number of its pages", { cpus: "1", hugePages: { "2Mi": "64Mi" } }, { HUGE_PAGES: "32", HUGE_PAGE_MIB: "2" }],
    ["their size", { cpus: "1", hugePages: { "1Gi": "2Gi" } }, { HUGE_PAGES: "2", HUGE_PAGE_MIB: "1024" }],
    ["to lock its memory", { cpus: "1", lockMemory: true }, { LOCK_MEMORY: "on" }],
  ])("%s", (_, latency, expected) => expect(settings(latency)).toMatchObject(expected));

  test("pages of two sizes are refused: it has one pool", () => {
    expect(() => settings({ cpus: "1", hugePages: { "2Mi": "2Mi", "1Gi": "1Gi" } })).toThrow(/given: +2Mi, 1Gi/);
  });
});
