import { expect, test } from "vitest";
import { checkLatency, cpuList } from "./latency.ts";

test.each([
  ["0", [0]],
  ["2-3", [2, 3]],
  ["0,2-4,7", [0, 2, 3, 4, 7]],
])("%s", (text, expected) => expect(cpuList(text)).toEqual(expected));

test.each(["", "a", "3-2", "1,1", "2,1", "1-3,3", "01", "1,", "-1"])("%j is no CPU list", (text) =>
  expect(cpuList(text)).toBeUndefined(),
);

test("a whole profile passes", () => {
  expect(
    checkLatency("x", { cpus: "2-3", numaNode: 0, hugePages: { "2Mi": "64Mi", "1Gi": "1Gi" }, lockMemory: true }),
  ).toEqual([]);
});

test("every fault is reported at once", () => {
  const faults = checkLatency("x", { cpus: "b", numaNode: -1, hugePages: { "1Gi": "512Mi", "4Ki": "4Ki" } as never });
  expect(faults.map(({ where }) => where)).toEqual(["x.cpus", "x.numaNode", "x.hugePages.1Gi", "x.hugePages.4Ki"]);
});
