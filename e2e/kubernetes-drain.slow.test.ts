/** Draining each of two nodes under load: the eviction API, with the budgets of the stack. As root; run by `horizon test lab`. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NODES } from "../lab/lab.ts";
import { kubectl, listed, type Pod, workloadOf } from "./cluster.ts";
import { horizon } from "./horizon.ts";
import { ailing, prod, stackUp } from "./prod.ts";
import { underLoad } from "./under-load.ts";
import { eventually } from "./wait.ts";

const scratch = mkdtempSync(join(tmpdir(), "horizon-drain-"));
const [first, second] = NODES;
let authority = "";

beforeAll(async () => {
  ({ authority } = await stackUp("--nodes", "2"));
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(scratch, { recursive: true });
}, 400_000);

const on = async (node: string): Promise<string[]> =>
  (await listed<Pod>("pods")).filter(({ spec }) => spec.nodeName === node).map(workloadOf);

/** As an operator does before the node is renewed. What is asked of `kubectl drain` is to leave the load's pod and to lose scratch. */
async function drain(node: string): Promise<void> {
  const there = await on(node);
  expect(there, node).not.toEqual([]);
  const args = ["drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=400s"];
  await kubectl(args, { timeout: 420_000 });
  expect(await on(node), node).toEqual([]);
  const well = async () => ((await ailing()).length === 0 ? true : undefined);
  await eventually(`all well without ${node}`, well, 300_000);
  await kubectl(["uncordon", node]);
}

it("pods run on both nodes, the entrance's two apart", async () => {
  const gateways = (await listed<Pod>("pods")).filter((pod) => workloadOf(pod) === "gateway");
  expect(new Set(gateways.map(({ spec }) => spec.nodeName))).toEqual(new Set([first.name, second.name]));
});

it("each node drained in turn under load: nothing lost or doubled, and the entrance fails nobody", async () => {
  const run = async (): Promise<void> => {
    for (const { name } of [first, second]) await drain(name);
  };
  await underLoad("drain", { scratch, frames: 90_000, authority, node: first.name, run });
  expect((await prod(["preview"])).trim()).toBe("nothing to do");
}, 3_600_000);
