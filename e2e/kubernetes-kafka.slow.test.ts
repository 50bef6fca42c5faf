/**
 * Three Kafka brokers on the lab, and what is left when one or two of them are away. As root; run by `horizon test lab`.
 */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NODE } from "../lab/lab.ts";
import { root } from "./checkout.ts";
import { kubectl, listed, namespace, type Pod, workloadOf } from "./cluster.ts";
import { horizon } from "./horizon.ts";
import { ailing, prod, stackUp } from "./prod.ts";
import { underLoad } from "./under-load.ts";
import { eventually } from "./wait.ts";

const scratch = mkdtempSync(join(tmpdir(), "horizon-brokers-"));
const brokers = ["kafka-0", "kafka-1", "kafka-2"];
const producers = ["market-data", "engine", "trading-signal", "risk-management"];
let authority = "";

beforeAll(async () => {
  // Of the copy of the checkout that the tests work in.
  appendFileSync(join(root, "Pulumi.prod.yaml"), "  cipherhorizon:kafka: { brokers: 3 }\n");
  ({ authority } = await stackUp());
}, 7_200_000);

afterAll(async () => {
  await horizon(["lab", "down"], { timeout: 300_000 });
  rmSync(scratch, { recursive: true });
}, 400_000);

/** Killed, and with no node that its pod may go to, as when the broker's own was lost. */
async function lose(...lost: string[]): Promise<void> {
  await kubectl(["cordon", NODE]);
  const now = ["--grace-period=0", "--force", "--wait=false", "--namespace", namespace];
  for (const broker of lost) await kubectl(["delete", "pod", `${broker}-0`, ...now]);
  await eventually("the loss to show", async () => {
    const unwell = await ailing();
    return lost.every((broker) => unwell.some((row) => row.startsWith(`${broker}-0: Unschedulable`))) || undefined;
  });
}

const bringBack = async (): Promise<void> => {
  await kubectl(["uncordon", NODE]);
  await eventually("all to be well", async () => ((await ailing()).length === 0 ? true : undefined), 400_000);
};

/** Kafka's own word, by the operators' login: a partition that lacks a copy. */
async function incomplete(): Promise<string> {
  const tool = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "localhost:9092"];
  const login = ["--command-config", "/run/secrets/auditor.properties"];
  return (
    await prod(["exec", "kafka-1", "--", ...tool, ...login, "--describe", "--under-replicated-partitions"])
  ).trim();
}

/** A pod replaced or a container started again would be another. */
const runs = async (): Promise<string[]> =>
  (await listed<Pod>("pods"))
    .filter((pod) => producers.includes(workloadOf(pod)))
    .map(({ metadata, status }) => `${metadata.name} ${status.containerStatuses?.map((each) => each.restartCount)}`)
    .sort();

const alerts = async (): Promise<string> =>
  await prod(["exec", "prometheus", "--", "/bin/promtool", "query", "instant", "http://localhost:9090", "ALERTS"]);

it("each broker lost once, one at a time: producers go on, nothing lost or doubled", async () => {
  const run = async (committed: () => number): Promise<void> => {
    for (const broker of brokers) {
      await lose(broker);
      const before = committed();
      await eventually(`more to be published without ${broker}`, async () => committed() > before + 5000 || undefined);
      await bringBack();
      await eventually("every copy", async () => ((await incomplete()) === "" ? true : undefined), 300_000);
    }
  };
  await underLoad("one broker of three", { scratch, frames: 60_000, authority, node: NODE, run });
}, 3_600_000);

it("two brokers lost: producers are refused and say why; all goes on when they are back, and nothing is lost", async () => {
  const run = async (committed: () => number): Promise<void> => {
    const before = await runs();
    await lose("kafka-0", "kafka-2");
    await eventually("the alert", async () => (/KafkaNoController.*firing/.test(await alerts()) ? true : undefined));
    const unwell = await ailing();
    for (const producer of producers) expect(unwell.join("\n"), producer).toContain(producer);
    const stuck = committed();
    await new Promise((resolve) => setTimeout(resolve, 40_000));
    expect(committed()).toBe(stuck);
    await bringBack();
    expect(await runs()).toEqual(before);
  };
  await underLoad("two brokers of three", { scratch, frames: 30_000, authority, node: NODE, run });
}, 3_600_000);
