/** Workloads are ready when every replica of the newest revision is available and none of an older one is left. */
import { at, count, list, text } from "./objects.ts";
import { podsVerdict } from "./readiness-pods.ts";
import type { Fields } from "./values.ts";
import { type Evidence, failed, READY, type Verdict, waiting } from "./verdict.ts";

export function judgeDeployment(deployment: Fields, evidence: Evidence): Verdict {
  if (at(deployment, "spec", "paused") === true) return READY;
  const stale = notSeen(deployment);
  if (stale) return stale;
  const stuck = condition(deployment, "Progressing", "False");
  if (stuck) return failed(`${text(stuck, "reason")}: ${text(stuck, "message")}`);
  const wanted = count(deployment, "spec", "replicas") ?? 1;
  const { updated, total, available } = {
    updated: count(deployment, "status", "updatedReplicas") ?? 0,
    total: count(deployment, "status", "replicas") ?? 0,
    available: count(deployment, "status", "availableReplicas") ?? 0,
  };
  if (updated >= wanted && total <= updated && available >= updated) return READY;
  const refused = refusal(condition(deployment, "ReplicaFailure", "True"));
  if (refused) return refused;
  if (updated < wanted) return podsVerdict(`${updated} of ${wanted} replicas are of the new revision`, evidence);
  if (available < updated) return podsVerdict(`${available} of ${wanted} replicas are available`, evidence);
  return podsVerdict(`${total - updated} replicas of the old revision are still there`, evidence);
}

export function judgeStatefulSet(set: Fields, evidence: Evidence): Verdict {
  const stale = notSeen(set);
  if (stale) return stale;
  const wanted = count(set, "spec", "replicas") ?? 1;
  const ready = count(set, "status", "readyReplicas") ?? 0;
  if (ready < wanted)
    return eventRefusal(evidence) ?? podsVerdict(`${ready} of ${wanted} replicas are ready`, evidence);
  if (text(set, "spec", "updateStrategy", "type") === "OnDelete") return READY;
  const kept = count(set, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
  const updated = count(set, "status", "updatedReplicas") ?? 0;
  const settled = text(set, "status", "currentRevision") === text(set, "status", "updateRevision");
  if (settled || updated >= wanted - kept) return READY;
  return podsVerdict(`${updated} of ${wanted - kept} replicas are of the new revision`, evidence);
}

export function judgeDaemonSet(set: Fields, evidence: Evidence): Verdict {
  const stale = notSeen(set);
  if (stale) return stale;
  const wanted = count(set, "status", "desiredNumberScheduled") ?? 0;
  const updated = count(set, "status", "updatedNumberScheduled") ?? 0;
  const available = count(set, "status", "numberAvailable") ?? 0;
  const onDelete = text(set, "spec", "updateStrategy", "type") === "OnDelete";
  if ((onDelete || updated >= wanted) && available >= wanted) return READY;
  return eventRefusal(evidence) ?? podsVerdict(`${Math.min(available, updated)} of ${wanted} nodes run it`, evidence);
}

function notSeen(object: Fields): Verdict | undefined {
  const seen = count(object, "status", "observedGeneration") ?? 0;
  return seen < (count(object, "metadata", "generation") ?? 1)
    ? waiting("its controller has not seen it yet")
    : undefined;
}

function condition(object: Fields, type: string, status: string) {
  return list(object, "status", "conditions").find(
    (item) => text(item, "type") === type && text(item, "status") === status,
  );
}

/** A pod that admission refuses will be refused again; a quota may be freed. */
function refusal(failure: ReturnType<typeof condition>): Verdict | undefined {
  if (!failure) return undefined;
  const message = `pods can't be created: ${text(failure, "message")}`;
  return /violates PodSecurity|is invalid/.test(message) ? failed(message) : waiting(message);
}

/** StatefulSets and DaemonSets have no condition for it, only events. */
function eventRefusal({ events }: Evidence): Verdict | undefined {
  const event = events.findLast(
    (item) => text(item, "reason") === "FailedCreate" && /PodSecurity|invalid/.test(text(item, "message")),
  );
  return event && failed(`pods can't be created: ${text(event, "message")}`);
}
