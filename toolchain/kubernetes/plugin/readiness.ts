/** Whether an object does what it is for. Kinds that are not in the table are ready as soon as they are stored. */
import { count, groupOf, list, text } from "./objects.ts";
import { judgeClaim, judgeIngress, judgeService } from "./readiness-network.ts";
import { judgePod } from "./readiness-pods.ts";
import { judgeDaemonSet, judgeDeployment, judgeStatefulSet } from "./readiness-workloads.ts";
import type { Fields } from "./values.ts";
import { type Evidence, failed, READY, type Verdict, waiting } from "./verdict.ts";

interface Awaited {
  judge: (object: Fields, evidence: Evidence) => Verdict;
  /** How long to wait unless told otherwise; the official plugin's defaults. */
  minutes: number;
}

const AWAITED: Record<string, Awaited> = {
  "apiextensions.k8s.io/CustomResourceDefinition": { judge: judgeDefinition, minutes: 1 },
  "/PersistentVolumeClaim": { judge: judgeClaim, minutes: 5 },
  "/Pod": { judge: judgePod, minutes: 5 },
  "/Service": { judge: judgeService, minutes: 10 },
  "apps/DaemonSet": { judge: judgeDaemonSet, minutes: 10 },
  "apps/Deployment": { judge: judgeDeployment, minutes: 10 },
  "apps/StatefulSet": { judge: judgeStatefulSet, minutes: 10 },
  "batch/Job": { judge: judgeJob, minutes: 10 },
  "networking.k8s.io/Ingress": { judge: judgeIngress, minutes: 10 },
};

export function awaited(object: Fields): Awaited | undefined {
  return AWAITED[`${groupOf(text(object, "apiVersion"))}/${text(object, "kind")}`];
}

/** Objects of a new kind are accepted only when its definition is established. */
function judgeDefinition(definition: Fields): Verdict {
  const conditions = list(definition, "status", "conditions");
  const holds = (type: string, status: string) =>
    conditions.find((item) => text(item, "type") === type && text(item, "status") === status);
  if (holds("Established", "True")) return READY;
  const refused = holds("NamesAccepted", "False");
  return refused ? failed(text(refused, "message")) : waiting("the API server does not serve the kind yet");
}

export function judgeJob(job: Fields): Verdict {
  const conditions = list(job, "status", "conditions").filter((item) => text(item, "status") === "True");
  const failure = conditions.find((item) => text(item, "type") === "Failed");
  if (failure) return failed(`the job failed: ${text(failure, "reason")}: ${text(failure, "message")}`);
  if (conditions.some((item) => ["Complete", "Suspended"].includes(text(item, "type")))) return READY;
  const wanted = count(job, "spec", "completions") ?? 1;
  return waiting(`${count(job, "status", "succeeded") ?? 0} of ${wanted} completions`);
}

/** `pulumi.com/timeoutSeconds` counts where the resource's customTimeouts say nothing. */
export function timeoutOf(inputs: Fields, customSeconds: number, minutes: number): number {
  if (customSeconds > 0) return customSeconds * 1000;
  const seconds = Number.parseInt(text(inputs, "metadata", "annotations", "pulumi.com/timeoutSeconds"), 10);
  return seconds > 0 ? seconds * 1000 : minutes * 60_000;
}
