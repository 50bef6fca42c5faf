/** Workloads that an autoscaler has more than one of. It sees a new one some seconds after its first pod runs, and so does who waits for all. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  AppsV1Api,
  AutoscalingV2Api,
  type V1Deployment,
  type V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import { OperationFailed } from "../../errors.ts";
import type { Report } from "../../progress.ts";
import { api, asked, clusterOf } from "./cluster.ts";

/** An autoscaler acts every 15 s; then a pod has to start. Milliseconds. */
const within = 180_000;

/** Which deployments have fewer replicas that are ready than their autoscaler wants at least, such as `gateway: 1 of 2`. */
export function tooFew(
  autoscalers: Pick<V2HorizontalPodAutoscaler, "spec">[],
  deployments: Pick<V1Deployment, "metadata" | "spec" | "status">[],
): string[] {
  return autoscalers.flatMap(({ spec }) => {
    const name = spec?.scaleTargetRef.name ?? "";
    const found = deployments.find(({ metadata }) => metadata?.name === name);
    const wanted = Math.max(spec?.minReplicas ?? 1, found?.spec?.replicas ?? 0);
    const ready = found?.status?.availableReplicas ?? 0;
    return ready < wanted ? [`${name}: ${ready} of ${wanted}`] : [];
  });
}

/** Throws where they are not there in time. */
export async function waitForReplicas(stack: string, report: Report): Promise<string> {
  const cluster = clusterOf(stack);
  const { namespace } = cluster;
  for (const deadline = Date.now() + within; ; await sleep(1000)) {
    const autoscalers = api(cluster, AutoscalingV2Api).listNamespacedHorizontalPodAutoscaler({ namespace });
    const deployments = api(cluster, AppsV1Api).listNamespacedDeployment({ namespace });
    const [found, made] = await asked(cluster, "count replicas", Promise.all([autoscalers, deployments]));
    const missing = tooFew(found.items, made.items);
    if (missing.length === 0) return "all";
    if (Date.now() > deadline) throw late(stack, missing);
    report(missing.join(", "));
  }
}

const late = (stack: string, missing: string[]): OperationFailed =>
  new OperationFailed({
    where: `stack ${stack}`,
    what: "some workloads run fewer times than their autoscaler wants at least",
    given: missing.join(", "),
    allowed: `all of them within ${within / 1000} s`,
    remedy: "see `horizon status` and kubectl describe hpa for the reason, then run the same command again",
  });
