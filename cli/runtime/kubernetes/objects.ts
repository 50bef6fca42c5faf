/** What of a stack is in its cluster: what stands in no namespace, and the namespace with everything in it. */
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, SchedulingV1Api } from "@kubernetes/client-node";
import { OperationFailed } from "../../errors.ts";
import type { StackObject } from "../runtime.ts";
import { api, asked, type Cluster, isNotFound } from "./cluster.ts";

/** A namespace ends when everything in it has ended: pods have their grace, volumes their controllers. */
const patience = 300_000;

/** Claims are listed beside the namespace: they are what holds data. */
export async function listObjects(cluster: Cluster): Promise<StackObject[]> {
  const core = api(cluster, CoreV1Api);
  const labelSelector = `cipherhorizon.stack=${cluster.stack}`;
  const lists = await asked(
    cluster,
    "list what is left of the stack",
    Promise.all([
      core.listNamespace({ labelSelector }),
      core.listNamespacedPersistentVolumeClaim({ namespace: cluster.namespace, labelSelector }),
      api(cluster, SchedulingV1Api).listPriorityClass({ labelSelector }),
    ]),
  );
  const [namespaces, claims, classes] = lists.map(({ items }) => items.map(({ metadata }) => metadata?.name ?? ""));
  const as = (kind: string, names: string[] = []) => names.map((name) => ({ kind, id: name, name }));
  return [...as("namespace", namespaces), ...as("claim", claims), ...as("priority class", classes)];
}

/** Whoever deletes a namespace deletes its claims with it. */
export async function removeObjects(cluster: Cluster, objects: StackObject[]): Promise<void> {
  const core = api(cluster, CoreV1Api);
  for (const { kind, name } of objects) {
    if (kind === "priority class") await gone(cluster, api(cluster, SchedulingV1Api).deletePriorityClass({ name }));
    if (kind === "namespace") await gone(cluster, core.deleteNamespace({ name }));
  }
  for (const { kind, name } of objects) if (kind === "namespace") await awaitGone(cluster, name);
}

async function gone(cluster: Cluster, deletion: Promise<unknown>): Promise<void> {
  const done = deletion.catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
  await asked(cluster, "remove what is left of the stack", done);
}

async function awaitGone(cluster: Cluster, name: string): Promise<void> {
  const core = api(cluster, CoreV1Api);
  const deadline = Date.now() + patience;
  let holding = "";
  while (Date.now() < deadline) {
    const found = await core.readNamespace({ name }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (found === undefined) return;
    const reasons = found.status?.conditions?.filter(({ status }) => status === "True") ?? [];
    holding = reasons.map(({ message }) => message ?? "").join("; ");
    await sleep(500);
  }
  throw new OperationFailed({
    where: `stack ${cluster.stack}`,
    what: `the namespace ${name} is still there ${patience / 1000} s after its deletion was asked for`,
    given: holding || "the cluster does not say what holds it",
    allowed: "a namespace whose contents end",
    remedy: `see \`kubectl get namespace ${name} -o yaml\`, then run the command again`,
  });
}
