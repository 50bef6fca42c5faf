/** Three Kafka brokers on the lab, and how some of them are lost. */
import { NODES } from "../../lab/lab.ts";
import { eventually } from "../wait.ts";
import { kubectl, listed, namespace, type Pod, workloadOf } from "./cluster.ts";
import { ailing, prod, queried, rows } from "./prod.ts";

export const brokers = ["kafka-0", "kafka-1", "kafka-2"];
const producers = ["market-data", "engine", "trading-signal", "risk-management"];

const nodes = async (): Promise<string[]> =>
  (await kubectl(["get", "nodes", "--output", "name"]))
    .split("\n")
    .filter((name) => NODES.some((node) => name === `node/${node.name}`));

/** Killed, and with no node that their pods may go to, as when the nodes under them are lost. */
export async function lose(...lost: string[]): Promise<void> {
  await kubectl(["cordon", ...(await nodes())]);
  const now = ["--grace-period=0", "--force", "--wait=false", "--namespace", namespace];
  await kubectl(["delete", ...lost.map((broker) => `pod/${broker}-0`), ...now]);
  await eventually("status to say so", async () => {
    const found = await rows();
    return (
      lost.every((broker) => found.some(({ name, state }) => name === broker && state === "Unschedulable")) || undefined
    );
  });
}

export async function bringBack(): Promise<void> {
  await kubectl(["uncordon", ...(await nodes())]);
  await allWell();
  await eventually("every copy", async () => ((await incomplete()) === "" ? true : undefined), 300_000);
}

export const allWell = (): Promise<true> =>
  eventually<true>(
    "all to be well",
    async () => {
      const unwell = await ailing();
      if (unwell.length > 0) throw new Error(unwell.join("; "));
      return true;
    },
    400_000,
  );

/** Kafka's own word, by the operators' login: the partitions that lack a copy. */
async function incomplete(): Promise<string> {
  const tool = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "localhost:9092"];
  const login = ["--command-config", "/run/secrets/auditor.properties"];
  return (
    await prod(["exec", "kafka-1", "--", ...tool, ...login, "--describe", "--under-replicated-partitions"])
  ).trim();
}

/** Of those that write to Kafka: a pod that was replaced, or a container that was started again, would be another. */
export const producerRuns = async (): Promise<string[]> =>
  (await listed<Pod>("pods"))
    .filter((pod) => producers.includes(workloadOf(pod)))
    .map(({ metadata, status }) => `${metadata.name} ${status.containerStatuses?.map((each) => each.restartCount)}`)
    .sort();

/** Of the producers, which say that they aren't ready. */
export async function unready(): Promise<string[]> {
  const found = await rows();
  return producers.filter((name) => found.some((row) => row.name === name && row.health !== "healthy"));
}

/** Names of the alerts that fire, or will when it lasts; asked of the running Prometheus. */
export async function alerts(state: "pending" | "firing"): Promise<string[]> {
  const text = await queried(`ALERTS{alertstate="${state}"}`);
  return [...text.matchAll(/alertname="(\w+)"/g)].map(([, name = ""]) => name);
}
