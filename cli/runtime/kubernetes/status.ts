/** What a cluster says of a stack's pods, in the words that Docker has for containers. Pure. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { WorkloadStatus } from "../runtime.ts";

/** A Deployment or a StatefulSet, as far as it matters here. */
export interface Controller {
  name: string;
  replicas: number;
  /** Why it has no pod, where the cluster says so. */
  reason?: string;
}

export const workloadLabel = "app.kubernetes.io/name";
const nameOf = (pod: V1Pod): string => pod.metadata?.labels?.[workloadLabel] ?? pod.metadata?.name ?? "";

/** A row for each pod, and one for each workload that should have pods and has none. */
export function toStatus(controllers: Controller[], pods: V1Pod[]): WorkloadStatus[] {
  const known = new Set(pods.map(nameOf));
  const absent = controllers.filter(({ name, replicas }) => replicas > 0 && !known.has(name)).map(toAbsent);
  return [...pods.map(toRow), ...absent].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const key = ({ name, instance }: WorkloadStatus): string => `${name} ${instance}`;

const toAbsent = ({ name, reason }: Controller): WorkloadStatus => ({
  name,
  instance: "",
  state: reason === undefined ? "no pod" : `no pod: ${reason}`,
  health: "unhealthy",
  restarts: 0,
  startedAt: "",
  image: "",
});

function toRow(pod: V1Pod): WorkloadStatus {
  const statuses = pod.status?.containerStatuses ?? [];
  const first = statuses[0];
  return {
    name: nameOf(pod),
    instance: pod.metadata?.name ?? "",
    state: stateOf(pod, statuses),
    health: healthOf(pod, first),
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    startedAt: text(first?.state?.running?.startedAt ?? pod.status?.startTime),
    image: first?.imageID || pod.spec?.containers[0]?.image || "",
  };
}

function stateOf(pod: V1Pod, statuses: V1ContainerStatus[]): string {
  if (pod.metadata?.deletionTimestamp !== undefined) return "stopping";
  const waiting = statuses.map(({ state }) => state?.waiting?.reason).find((reason) => reason !== undefined);
  if (waiting !== undefined) return waiting;
  const unscheduled = condition(pod, "PodScheduled");
  if (unscheduled?.status === "False") return unscheduled.reason ?? "unscheduled";
  return pod.status?.reason ?? (pod.status?.phase ?? "unknown").toLowerCase();
}

function healthOf(pod: V1Pod, first: V1ContainerStatus | undefined): string {
  if (condition(pod, "Ready")?.status === "True") return "healthy";
  return first?.started === true || (first?.restartCount ?? 0) > 0 ? "unhealthy" : "starting";
}

const condition = (pod: V1Pod, type: string) => pod.status?.conditions?.find((each) => each.type === type);

const text = (time: Date | string | undefined): string =>
  time === undefined ? "" : typeof time === "string" ? time : time.toISOString();

export const isReady = (pod: V1Pod): boolean => condition(pod, "Ready")?.status === "True";

/** The pod to work in: a ready one before one that only runs, never one that goes. */
export function bestOf(pods: V1Pod[]): V1Pod | undefined {
  const staying = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return staying.find(isReady) ?? staying.find(({ status }) => status?.phase === "Running");
}
