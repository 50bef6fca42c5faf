/** What keeps a workload running: a StatefulSet where it has state, a Deployment elsewhere. */
import type { Workload } from "../workload.ts";
import { isScaled } from "./autoscaler.ts";
import type { Context } from "./context.ts";
import { rolloutSeconds } from "./health.ts";
import { kindOf, metadata, selector } from "./labels.ts";
import { toPodTemplate } from "./pod.ts";

const revisionHistoryLimit = 3;

export function toController(w: Workload, ctx: Context) {
  return w.state ? toStatefulSet(w, ctx) : toDeployment(w, ctx);
}

/** Exactly one pod, never two: the second is made when the first is known to be gone. */
function toStatefulSet(w: Workload, ctx: Context) {
  return {
    ...kindOf("apps/v1", "StatefulSet"),
    metadata: metadata(ctx, w.name),
    spec: {
      replicas: 1,
      serviceName: w.name,
      selector: { matchLabels: selector(w.name) },
      template: toPodTemplate(w, ctx),
      updateStrategy: { type: "RollingUpdate" },
      // With the ordered kind a pod that can't start blocks its own repair.
      podManagementPolicy: "Parallel",
      revisionHistoryLimit,
    },
  };
}

function toDeployment(w: Workload, ctx: Context) {
  const { replicas = 1 } = w;
  return {
    ...kindOf("apps/v1", "Deployment"),
    metadata: metadata(ctx, w.name),
    spec: {
      // Where an autoscaler decides, writing a number would undo its decision.
      ...(!isScaled(w) && { replicas }),
      selector: { matchLabels: selector(w.name) },
      template: toPodTemplate(w, ctx),
      strategy: replicas === 1 ? oneAtATime : sideBySide,
      progressDeadlineSeconds: rolloutSeconds(w.health),
      revisionHistoryLimit,
    },
  };
}

/** As on Docker: two of a workload that runs once would fence each other off, or want the same cores. */
const oneAtATime = { type: "Recreate" };
const sideBySide = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
