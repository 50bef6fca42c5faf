/**
 * Faults under load on the lab, of two nodes and three Kafka brokers: rolling, losing the API server, draining, losing brokers. What
 * each must leave is said in under-load.ts. As root; run by `horizon test lab`.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NODE_POOL, NODES } from "../../lab/lab.ts";
import { pidOf } from "../../lab/process.ts";
import { root } from "../checkout.ts";
import { horizon, horizonOk } from "../horizon.ts";
import { eventually } from "../wait.ts";
import { alerts, allWell, bringBack, brokers, lose, producerRuns, unready } from "./brokers.ts";
import { isReady, kubectl, lab, listed, namespace, type Pod, workloadOf } from "./cluster.ts";
import { prod, prodTried, stackUp } from "./prod.ts";
import { underLoad, type Work } from "./under-load.ts";

const scratch = mkdtempSync(join(tmpdir(), "horizon-faults-"));
const [first, second] = NODES;
const perSecond = 250;
let authority = "";

beforeAll(async () => {
  // Of the copy of the checkout that the tests work in.
  appendFileSync(join(root, "Pulumi.prod.yaml"), "  cipherhorizon:kafka: { brokers: 3 }\n");
  ({ authority } = await stackUp("--nodes", "2"));
  // As whoever owns the nodes would before a drain: the engine has somewhere to go.
  await kubectl(["label", "node", second.name, `${NODE_POOL.label}=${NODE_POOL.value}`]);
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(scratch, { recursive: true });
}, 400_000);

/** A capture of so many seconds, at its own pace. */
const during = (what: string, seconds: number, run: Work["run"], abrupt = false): Promise<void> =>
  underLoad(what, { scratch, frames: seconds * perSecond, authority, node: first.name, run, abrupt });

const nothingToDo = async (): Promise<void> => expect((await prod(["preview"])).trim()).toBe("nothing to do");

const podsOn = async (node: string): Promise<string[]> =>
  (await listed<Pod>("pods")).filter(({ spec }) => spec.nodeName === node).map(workloadOf);

it("what runs more than once is spread over the nodes", async () => {
  const nodesOf = async (...names: string[]): Promise<string[]> =>
    (await listed<Pod>("pods"))
      .filter((pod) => names.includes(workloadOf(pod)) && isReady(pod))
      .map(({ spec }) => spec.nodeName ?? "")
      .sort();
  // The autoscaler starts the second one of the entrance, some seconds after the first.
  await eventually("two entrances", async () => (await nodesOf("gateway")).length === 2 || undefined);
  expect(await nodesOf("gateway")).toEqual([first.name, second.name]);
  expect(new Set(await nodesOf(...brokers))).toEqual(new Set([first.name, second.name]));
});

it("every pod killed once", async () => {
  const replaced = async (workload: string, gone: string): Promise<true | undefined> =>
    (await listed<Pod>("pods")).some(
      (pod) => workloadOf(pod) === workload && pod.metadata.uid !== gone && isReady(pod),
    ) || undefined;
  await during(
    "kills",
    240,
    async () => {
      for (const pod of await listed<Pod>("pods")) {
        const { name, uid } = pod.metadata;
        await kubectl(["delete", "pod", name, "--namespace", namespace, "--grace-period=0", "--force", "--wait=false"]);
        await eventually(`${name} to be replaced`, () => replaced(workloadOf(pod), uid), 300_000);
      }
    },
    true,
  );
}, 3_600_000);

it("every workload rolled one by one", async () => {
  const rollAll = async (): Promise<void> => {
    const kinds = "deployments.apps,statefulsets.apps";
    const found = (await kubectl(["get", kinds, "--namespace", namespace, "--output", "name"])).trim().split("\n");
    expect(found.length).toBeGreaterThan(10);
    for (const controller of found) {
      await kubectl(["rollout", "restart", controller, "--namespace", namespace]);
      const status = ["rollout", "status", controller, "--namespace", namespace, "--timeout=300s"];
      await kubectl(status, { timeout: 310_000 });
    }
  };
  await during("rolling", 240, rollAll);
  await nothingToDo();
}, 3_600_000);

it("the API server killed: the stack goes on, the tool says so, and goes on when it is back", async () => {
  await during("API server", 120, async () => {
    process.kill(pidOf(lab, "kube-apiserver") ?? Number.NaN, "SIGKILL");
    for (const command of ["up", "status"]) {
      const { code, stderr } = await prodTried([command]);
      expect(code, command).not.toBe(0);
      for (const part of ["cluster does not answer", "given:", "allowed:", "remedy:", "horizon lab up"])
        expect(stderr, command).toContain(part);
    }
    await horizonOk(["lab", "up"]);
    await prod(["up"]);
  });
  await nothingToDo();
}, 3_600_000);

it("each node drained in turn, as the budgets allow", async () => {
  await during("drain", 180, async () => {
    for (const { name } of [first, second]) {
      expect(await podsOn(name), name).not.toEqual([]);
      // What it is told besides: the load's own pods stay, and scratch may go.
      const args = ["drain", name, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=400s"];
      await kubectl(args, { timeout: 420_000 });
      expect(await podsOn(name), name).toEqual([]);
      await allWell();
      await kubectl(["uncordon", name]);
    }
  });
  await nothingToDo();
}, 3_600_000);

it("each broker lost in turn: producers go on", async () => {
  await during("one broker of three", 180, async (committed) => {
    for (const broker of brokers) {
      await lose(broker);
      const before = committed();
      // What was on its way when the broker went is not meant.
      const more = before + 20 * perSecond;
      await eventually(`producers to go on without ${broker}`, async () => committed() > more || undefined);
      const behind = "KafkaCopiesBehind";
      await eventually(behind, async () => (await alerts("pending")).includes(behind) || undefined);
      await bringBack();
    }
  });
}, 3_600_000);

it("two brokers lost: producers are refused, everybody says so, and all go on when they are back", async () => {
  await during("two brokers of three", 60, async (committed) => {
    const before = await producerRuns();
    await lose("kafka-0", "kafka-2");
    await eventually("the alert", async () => (await alerts("firing")).includes("KafkaNoController") || undefined);
    // The engine is idle: whoever feeds it has stopped, so it has nothing to be refused.
    const stopped = ["market-data", "trading-signal", "risk-management"];
    await eventually("status to say so", async () => {
      const found = await unready();
      return stopped.every((name) => found.includes(name)) || undefined;
    });
    expect(await prod(["logs", "market-data", "--tail", "20"])).toMatch(
      /kafka (took|gave) no .* too few of its brokers run/,
    );
    const refused = committed();
    await sleep(40_000);
    expect(committed()).toBe(refused);
    await bringBack();
    expect(await producerRuns()).toEqual(before);
  });
}, 3_600_000);
