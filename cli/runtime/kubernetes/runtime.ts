/** A stack in a Kubernetes cluster, by way of the API server; no kubectl is needed. */
import { AppsV1Api, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { UserError } from "../../../infra/errors.ts";
import type { Finished } from "../../process.ts";
import type { Runtime } from "../runtime.ts";
import { api, asked, type Cluster, explained } from "./cluster.ts";
import { attachTo, type Place, runIn } from "./exec.ts";
import { printLogs } from "./logs.ts";
import { listObjects, removeObjects } from "./objects.ts";
import { bestOf, type Controller, toStatus, workloadLabel } from "./status.ts";

export function kubernetesRuntime(cluster: Cluster): Runtime {
  return {
    status: async () => {
      const [found, pods] = await Promise.all([controllers(cluster), podsOf(cluster)]);
      return toStatus(found, pods);
    },
    logs: async (workload, options) => printLogs(cluster, (await podsOf(cluster, workload)).map(placeOf), options),
    attach: async (workload, command) => {
      const place = await placeIn(cluster, workload);
      return attachTo(cluster, place, command).catch((error: unknown) => {
        throw explained(cluster, `run a command in ${workload}`, error);
      });
    },
    run: async (workload, command, options) => {
      try {
        return await runIn(cluster, await placeIn(cluster, workload), command, options);
      } catch (error) {
        return notRun(explained(cluster, `run a command in ${workload}`, error));
      }
    },
    objects: () => listObjects(cluster),
    // Objects have fixed names, and applying takes over what is there under them.
    orphans: () => [],
    remove: (objects) => removeObjects(cluster, objects),
    holdsData: ({ kind }) => kind !== "priority class",
  };
}

/** As a client in a process of its own would end: whoever asks again may find the pod back. */
function notRun(error: Error): Finished {
  const words =
    error instanceof UserError ? error.problems.map(({ what, given }) => `${what}: ${given}`) : [error.message];
  return { code: 255, stdout: "", stderr: words.join("; ") };
}

async function podsOf(cluster: Cluster, workload?: string): Promise<V1Pod[]> {
  const own = `cipherhorizon.stack=${cluster.stack}`;
  const labelSelector = workload === undefined ? own : `${own},${workloadLabel}=${workload}`;
  const { namespace } = cluster;
  const { items } = await asked(
    cluster,
    "list the pods",
    api(cluster, CoreV1Api).listNamespacedPod({ namespace, labelSelector }),
  );
  return items;
}

async function controllers(cluster: Cluster): Promise<Controller[]> {
  const apps = api(cluster, AppsV1Api);
  const wanted = { namespace: cluster.namespace, labelSelector: `cipherhorizon.stack=${cluster.stack}` };
  const lists = [apps.listNamespacedDeployment(wanted), apps.listNamespacedStatefulSet(wanted)] as const;
  const [deployments, sets] = await asked(cluster, "list the workloads", Promise.all(lists));
  return [...deployments.items, ...sets.items].map(({ metadata, spec, status }) => {
    const conditions: { type: string; message?: string }[] = status?.conditions ?? [];
    const reason = conditions.find(({ type }) => type === "ReplicaFailure")?.message;
    return { name: metadata?.name ?? "", replicas: spec?.replicas ?? 1, ...(reason !== undefined && { reason }) };
  });
}

const placeOf = (pod: V1Pod): Place => ({
  pod: pod.metadata?.name ?? "",
  container: pod.spec?.containers[0]?.name ?? "",
});

async function placeIn(cluster: Cluster, workload: string): Promise<Place> {
  const pods = await podsOf(cluster, workload);
  const pod = bestOf(pods);
  if (pod !== undefined) return placeOf(pod);
  throw new UserError({
    where: `workload ${workload}`,
    what: "none of its pods runs",
    given:
      toStatus([], pods)
        .map(({ instance, state }) => `${instance} is ${state}`)
        .join(", ") || "no pod",
    allowed: "a workload with a running pod",
    remedy: "see `horizon status`",
  });
}
