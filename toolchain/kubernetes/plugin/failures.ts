/** What an API server's refusals mean. */
import { list, text } from "./objects.ts";
import { Refusal } from "./refusal.ts";
import type { Value } from "./values.ts";

export interface Cause {
  reason: string;
  message: string;
  field: string;
}

/** The API server answered with an error. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly causes: Cause[];
  /** The kind of object that the error is about: `namespaces` in "namespaces "x" not found". */
  readonly about: string;

  constructor(status: number, body: Value, request: string) {
    super(
      text(body, "message") ||
        `${request}: HTTP ${status} ${typeof body === "string" ? body.slice(0, 300) : ""}`.trim(),
    );
    this.name = "ApiError";
    this.status = status;
    this.reason = text(body, "reason");
    this.about = text(body, "details", "kind");
    this.causes = list(body, "details", "causes").map((cause) => ({
      reason: text(cause, "reason"),
      message: text(cause, "message"),
      field: text(cause, "field"),
    }));
  }
}

/** No API server answered. */
export class Unreachable extends Error {
  constructor(server: string, cause: Error & { code?: string }) {
    super(`${server}: ${cause.message || cause.code || cause.name}`, { cause });
    this.name = "Unreachable";
  }
}

export const isNotFound = (error: unknown): error is ApiError => error instanceof ApiError && error.status === 404;

export const isNamespaceMissing = (error: unknown): boolean => isNotFound(error) && error.about === "namespaces";

/** Only the server knows what a dry run would give, and it won't say: no permission, or a webhook with side effects. */
export function cannotDryRun(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 403 || (error.status === 400 && /dry ?run/i.test(error.message));
}

export const MANAGED_ELSEWHERE = /^conflict with "([^"]*)"/;

/**
 * Managers whose fields an apply takes over without being told to, as the official plugin does: hands-on changes by
 * kubectl, and what a Pulumi plugin wrote without server-side apply.
 */
const OVERRULED = [
  "kubectl",
  "before-first-apply",
  "pulumi-kubernetes",
  "pulumi-kubernetes.exe",
  "pulumi-resource-kubernetes",
];

/** Whether every manager in the way is one that may be overruled. */
export function mayOverrule(error: ApiError): boolean {
  const managers = error.causes.map(({ message }) => MANAGED_ELSEWHERE.exec(message)?.[1]);
  return managers.length > 0 && managers.every((manager) => manager !== undefined && OVERRULED.includes(manager));
}

export const isConflict = (error: unknown): error is ApiError =>
  error instanceof ApiError &&
  error.status === 409 &&
  error.causes.some(({ message }) => MANAGED_ELSEWHERE.test(message));

export function conflictRefusal(object: string, error: ApiError): Refusal {
  const fields = error.causes.map(({ field, message }) => `${field} (${message.replace(/^conflict with /, "")})`);
  return new Refusal({
    what: `${object} has fields that another manager owns`,
    given: fields.join(", "),
    allowed: "fields that nobody else manages",
    remedy: 'leave them out of the program, or take them over: annotation pulumi.com/patchForce: "true"',
  });
}

export function unreachableRefusal(reason: string, action: string): Refusal {
  return new Refusal({
    what: `can't ${action}: the Kubernetes cluster can't be reached`,
    given: reason,
    allowed: "an API server that answers; nothing was changed and the state is kept",
    remedy:
      "start the cluster or correct kubernetes:kubeconfig and kubernetes:context; if it is gone for good, run the " +
      "command again with PULUMI_K8S_DELETE_UNREACHABLE=true to drop its objects from the state",
  });
}
