/** What keeps pods from being ready, in words. */
import { count, fields, list, nameOf, text } from "./objects.ts";
import { impossible } from "./placement.ts";
import type { Fields, Value } from "./values.ts";
import { type Evidence, failed, READY, type Verdict, waiting } from "./verdict.ts";

/** The scheduler reports a pod before it has looked at nodes that have just joined. */
const SETTLED_MS = 10_000;
const SHOWN = 3;

export function judgePod(pod: Fields, evidence: Evidence): Verdict {
  const phase = text(pod, "status", "phase");
  if (phase === "Succeeded" || isReady(pod)) return READY;
  if (phase === "Failed") return failed(`the pod failed: ${podProblem(pod) ?? text(pod, "status", "message")}`);
  return podsVerdict("the pod is not ready", { ...evidence, pods: [pod] });
}

/** Why the pods of a workload keep it waiting; failed where waiting can't help. */
export function podsVerdict(what: string, evidence: Evidence): Verdict {
  const unready = evidence.pods.filter((pod) => !isReady(pod) && text(pod, "status", "phase") !== "Succeeded");
  for (const pod of unready) {
    const reason = neverFits(pod, evidence);
    if (reason) return failed(`${what}; ${nameOf(pod)} fits no node:\n${reason}`);
    if (isRefusedImage(pod)) return failed(`${what}; ${nameOf(pod)}: ${podProblem(pod)}`);
  }
  const problems = unready.flatMap((pod) => {
    const problem = podProblem(pod);
    return problem ? [`${nameOf(pod)}: ${problem}`] : [];
  });
  const more = problems.length > SHOWN ? [`and ${problems.length - SHOWN} more pods`] : [];
  return waiting([what, ...problems.slice(0, SHOWN), ...more].join("; "));
}

export function isReady(pod: Fields): boolean {
  return conditionOf(pod, "Ready", "True") !== undefined;
}

export function podProblem(pod: Fields): string | undefined {
  const unscheduled = conditionOf(pod, "PodScheduled", "False");
  if (unscheduled) return `${text(unscheduled, "reason")}: ${text(unscheduled, "message")}`;
  const problems = statuses(pod).flatMap((status) => containerProblem(status) ?? []);
  if (problems.length > 0) return problems.join(", ");
  return text(pod, "status", "reason") || text(pod, "status", "message") || undefined;
}

/** Containers whose log may say why they fail, and whether it is that of the run before. */
export function failingContainers(pod: Fields): { name: string; previous: boolean }[] {
  return statuses(pod)
    .filter((status) => containerProblem(status) !== undefined && text(status, "containerID") !== "")
    .map((status) => ({
      name: text(status, "name"),
      previous: text(status, "state", "waiting", "reason") === "CrashLoopBackOff",
    }));
}

/** How registries and clients of them say that the credentials, or their absence, are why. */
const UNAUTHORIZED =
  /40[13] (unauthorized|forbidden)|unauthorized:|not authorized|authorization failed|access denied|is denied|no basic auth/i;

/** After a first try, a registry that wants other credentials is as good as no image: trying again changes nothing. */
const isRefusedImage = (pod: Fields): boolean =>
  statuses(pod).some((status) => {
    const { reason, message } = fields(status, "state", "waiting");
    return reason === "ImagePullBackOff" && UNAUTHORIZED.test(String(message));
  });

function containerProblem(status: Value): string | undefined {
  const name = `container ${text(status, "name")}`;
  const exit = ended(status, "state") ?? ended(status, "lastState");
  const reason = text(status, "state", "waiting", "reason");
  if (reason !== "") {
    const message = text(status, "state", "waiting", "message");
    return [`${name} ${reason}`, ...(message ? [message] : []), ...(exit ? [exit] : [])].join(": ");
  }
  if (ended(status, "state")) return `${name} ${exit}`;
  const running = text(status, "state", "running", "startedAt") !== "";
  if (!running || (status as Fields).ready !== false) return undefined;
  return `${name} runs but is not ready${exit ? `; before, it ${exit}` : ""}`;
}

function ended(status: Value, state: "state" | "lastState"): string | undefined {
  const code = count(status, state, "terminated", "exitCode");
  if (code === undefined || code === 0) return undefined;
  const reason = text(status, state, "terminated", "reason");
  const message = text(status, state, "terminated", "message").trim();
  return `ended with exit ${code}${reason && reason !== "Error" ? ` (${reason})` : ""}${message ? `: ${message}` : ""}`;
}

function statuses(pod: Fields): Value[] {
  return [...list(pod, "status", "initContainerStatuses"), ...list(pod, "status", "containerStatuses")];
}

function conditionOf(pod: Fields, type: string, status: string) {
  return list(pod, "status", "conditions").find(
    (item) => text(item, "type") === type && text(item, "status") === status,
  );
}

/** An autoscaler that reacts to the pod will bring a node that fits; else none of those there ever will. */
function neverFits(pod: Fields, { nodes, events, now }: Evidence): string | undefined {
  if (!conditionOf(pod, "PodScheduled", "False")) return undefined;
  if (now - Date.parse(text(pod, "metadata", "creationTimestamp")) < SETTLED_MS) return undefined;
  const scaling = events.some((event) => text(event, "reason") === "TriggeredScaleUp" && about(event) === nameOf(pod));
  return scaling ? undefined : impossible(pod, nodes);
}

const about = (event: Fields): string => text(event, "involvedObject", "name");
