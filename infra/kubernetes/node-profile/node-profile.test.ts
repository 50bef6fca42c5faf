import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../config.ts";
import { UserError } from "../../errors.ts";
import { cpuList } from "../../latency.ts";
import { bytes } from "../../units.ts";
import type { Size } from "../../workload.ts";
import { toFiles } from "./documents.ts";
import { toParameters } from "./kernel.ts";
import { toKubelet, toKubeletConfiguration } from "./kubelet.ts";
import { type Machine, shownCores, toNodeProfile } from "./profile.ts";

const pool = { label: "cipherhorizon.io/pool", value: "latency" };

const machines: Record<string, Machine> = {
  small: { cores: "0-3", reserved: "0-1", threadsPerCore: 1, hugePages: { "2Mi": "256Mi" }, memoryReserved: "1Gi" },
  "two-sockets": {
    cores: "0-31",
    reserved: "0,8,16,24",
    numaNodes: ["0-7,16-23", "8-15,24-31"],
    threadsPerCore: 2,
    hugePages: { "2Mi": "1Gi", "1Gi": "8Gi" },
    memoryReserved: "3Gi",
  },
};

test.each(Object.entries(machines))("golden: %s", async (name, machine) => {
  for (const [file, text] of toFiles(toNodeProfile(machine, pool))) {
    await expect(text).toMatchFileSnapshot(`golden/${name}.${file}`);
  }
});

/** Machines of up to four memory nodes, some cores of the first ones reserved. */
const anyMachine = fc
  .record({
    nodes: fc.integer({ min: 1, max: 4 }),
    each: fc.integer({ min: 2, max: 16 }),
    reserved: fc.integer({ min: 1, max: 20 }),
    small: fc.integer({ min: 0, max: 2000 }),
    large: fc.integer({ min: 0, max: 16 }),
    memory: fc.integer({ min: 1, max: 8000 }),
  })
  .map(({ nodes, each, reserved, small, large, memory }): Machine => {
    const core = (n: number) => (n % nodes) * each + Math.floor(n / nodes);
    const kept = Array.from({ length: Math.min(reserved, nodes * each - 1) }, (_, n) => core(n));
    const of = (node: number) => `${node * each}-${node * each + each - 1}`;
    return {
      cores: `0-${nodes * each - 1}`,
      reserved: shownCores(kept.sort((a, b) => a - b)),
      numaNodes: Array.from({ length: nodes }, (_, node) => of(node)),
      threadsPerCore: 1,
      hugePages: {
        ...(small > 0 && { "2Mi": `${small * 2 * nodes}Mi` as Size }),
        ...(large > 0 && { "1Gi": `${large * nodes}Gi` as Size }),
      },
      memoryReserved: `${memory}Mi`,
    };
  });

const everyMachine = (check: (machine: Machine) => void) => fc.assert(fc.property(anyMachine, check));

describe("every machine", () => {
  test("is taken by the configuration", () =>
    everyMachine((machine) => {
      const config = { platform: "kubernetes", kubernetes: { nodePool: { machine } } };
      expect(parseConfig(config).kubernetes.nodePool.machine).toEqual(machine);
    }));

  test("has isolated and reserved cores that are disjoint and together all of it", () =>
    everyMachine((machine) => {
      const { cores, isolated, reserved } = toNodeProfile(machine, pool);
      expect(isolated.filter((core) => reserved.includes(core))).toEqual([]);
      expect([...isolated, ...reserved].sort((a, b) => a - b)).toEqual(cores);
      expect(isolated.length).toBeGreaterThan(0);
    }));

  test("is told the same cores by the kernel, the kubelet and tuned", () =>
    everyMachine((machine) => {
      const profile = toNodeProfile(machine, pool);
      const text = (name: string) => toParameters(profile).find((each) => each.text.startsWith(name))?.text;
      const alone = shownCores(profile.isolated);
      expect(text("isolcpus")).toBe(`isolcpus=managed_irq,domain,${alone}`);
      expect(text("nohz_full")).toBe(`nohz_full=${alone}`);
      expect(text("rcu_nocbs")).toBe(`rcu_nocbs=${alone}`);
      expect(toFiles(profile).get("tuned.conf")).toContain(`banned_cpus=${alone}\n`);
      const { reservedSystemCPUs } = toKubeletConfiguration(profile);
      expect(text("irqaffinity")).toBe(`irqaffinity=${reservedSystemCPUs}`);
    }));

  test("gets as many pages as multiply to the amount, over its memory nodes", () =>
    everyMachine((machine) => {
      for (const [page, amount] of Object.entries(machine.hugePages)) {
        const parameter = toParameters(toNodeProfile(machine, pool)).find(({ text }) =>
          text.startsWith(`hugepagesz=${page.slice(0, 2)} `),
        );
        const counts = [...(parameter?.text ?? "").matchAll(/\d+:(\d+)/g)].map(([, count]) => Number(count));
        expect(counts).toHaveLength(machine.numaNodes?.length ?? 1);
        expect(counts.reduce((sum, count) => sum + count, 0) * bytes(page as Size)).toBe(bytes(amount as Size));
      }
    }));

  test("reserves memory as the kubelet's sum rule wants it, on nodes that have reserved cores", () =>
    everyMachine((machine) => {
      const profile = toNodeProfile(machine, pool);
      const config = toKubeletConfiguration(profile);
      const amounts = config.reservedMemory.map(({ limits }) => bytes(limits.memory as Size));
      const parts = [config.systemReserved.memory, config.evictionHard["memory.available"]];
      expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(
        parts.reduce((sum, amount) => sum + bytes(amount as Size), 0),
      );
      for (const { numaNode } of config.reservedMemory) {
        expect(profile.numaNodes[numaNode]?.some((core) => profile.reserved.includes(core))).toBe(true);
      }
    }));

  test("is written so that the kubelet's YAML reads back as it is", () =>
    everyMachine((machine) => {
      const profile = toNodeProfile(machine, pool);
      expect(parse(toKubelet(profile), { version: "1.1" })).toEqual(toKubeletConfiguration(profile));
    }));
});

test("a list of cores is read back as it was", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 1 }), (cores) => {
      const sorted = [...cores].sort((a, b) => a - b);
      expect(cpuList(shownCores(sorted))).toEqual(sorted);
    }),
  );
});

describe("refused", () => {
  const problems = (machine: Partial<Machine>, latency?: object, of = "small") => {
    const nodePool = { machine: { ...machines[of], ...machine } };
    try {
      parseConfig({ platform: "kubernetes", kubernetes: { nodePool }, ...(latency && { engine: { latency } }) });
      return [];
    } catch (error) {
      return error instanceof UserError
        ? error.problems.map(({ where, allowed }) => [where, allowed])
        : [String(error)];
    }
  };
  const at = "cipherhorizon:kubernetes.nodePool.machine";
  const engine = "cipherhorizon:engine.latency";

  test.each<[string, Partial<Machine>, unknown[]]>([
    [
      "cores that are no list",
      { cores: "4-1" },
      [[`${at}.cores`, "a kernel CPU list in rising order, such as 0-1 or 0,8"]],
    ],
    ["a core reserved that isn't there", { reserved: "9" }, [[`${at}.reserved`, "some of 0-3, and not all of them"]]],
    ["everything reserved", { reserved: "0-3" }, [[`${at}.reserved`, "some of 0-3, and not all of them"]]],
    [
      "memory nodes that overlap",
      { numaNodes: ["0-2", "2-3"] },
      [[`${at}.numaNodes`, "each of 0-3 in one of them, once"]],
    ],
    ["a memory node too few", { numaNodes: ["0-2"] }, [[`${at}.numaNodes`, "each of 0-3 in one of them, once"]]],
    ["half a page", { hugePages: { "2Mi": "3Mi" } }, [[`${at}.hugePages.2Mi`, "multiples of 1 times 2Mi"]]],
    [
      "pages that don't divide over the nodes",
      { hugePages: { "1Gi": "3Gi" }, numaNodes: ["0-1", "2-3"] },
      [[`${at}.hugePages.1Gi`, "multiples of 2 times 1Gi"]],
    ],
  ])("%s", (_, machine, expected) => expect(problems(machine)).toEqual(expected));

  test.each<[string, object, string, unknown[]]>([
    ["nothing", { cpus: "2-3", hugePages: { "2Mi": "256Mi" }, numaNode: 0 }, "small", []],
    ["more cores than are isolated", { cpus: "0-2" }, "small", [[`${engine}.cpus`, "at most 2"]]],
    ["more cores than a memory node has", { cpus: "0-15" }, "two-sockets", [[`${engine}.cpus`, "at most 14"]]],
    [
      "half a core",
      { cpus: "2" },
      "two-sockets",
      [[`${engine}.cpus`, "a multiple of 2, threadsPerCore of the machine"]],
    ],
    ["a memory node that isn't there", { cpus: "2", numaNode: 1 }, "small", [[`${engine}.numaNode`, "0 to 0"]]],
    [
      "too many pages",
      { cpus: "2", hugePages: { "2Mi": "258Mi" } },
      "small",
      [[`${engine}.hugePages.2Mi`, "at most 128 pages"]],
    ],
    [
      "pages of another size",
      { cpus: "2", hugePages: { "1Gi": "1Gi" } },
      "small",
      [[`${engine}.hugePages.1Gi`, "none"]],
    ],
    [
      "the pages of both memory nodes",
      { cpus: "2-3", hugePages: { "1Gi": "5Gi" } },
      "two-sockets",
      [[`${engine}.hugePages.1Gi`, "at most 4 pages"]],
    ],
    [
      "all at once",
      { cpus: "0-5", hugePages: { "1Gi": "1Gi" } },
      "small",
      [
        [`${engine}.cpus`, "at most 2"],
        [`${engine}.hugePages.1Gi`, "none"],
      ],
    ],
  ])("of a profile: %s", (_, latency, of, expected) => expect(problems({}, latency, of)).toEqual(expected));
});
