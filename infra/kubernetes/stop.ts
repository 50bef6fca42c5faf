/** How a pod ends. */
import type { core } from "@pulumi/kubernetes/types/input.js";
import type { Workload } from "../workload.ts";

/** Until every proxy of the cluster has taken the pod out of its Service; without it, requests still come to one that stopped. */
const drainSeconds = 5;

export interface Stop {
  lifecycle?: core.v1.Lifecycle;
  terminationGracePeriodSeconds: number;
}

/** Only a workload of several replicas waits before it stops: of a single one, requests have nowhere else to go. */
export function toStop({ signal, graceSeconds, ...rest }: Workload["stop"], replicas: number): Stop {
  rest satisfies Record<string, never>;
  // The runtime sends what the image declares: listed among the degradations.
  void signal;
  if (replicas === 1) return { terminationGracePeriodSeconds: graceSeconds };
  return {
    lifecycle: { preStop: { sleep: { seconds: drainSeconds } } },
    // The grace counts from before the wait.
    terminationGracePeriodSeconds: graceSeconds + drainSeconds,
  };
}
