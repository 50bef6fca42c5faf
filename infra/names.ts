/** Names are contract: a workload's name is its hostname on every platform, so it must be a DNS label. */
import { createHash } from "node:crypto";
import type { Problem } from "./errors.ts";
import { shown } from "./errors.ts";

export const product = "cipherhorizon";
export const dnsLabel = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** Labels joined by dots: what the API calls a DNS subdomain, as names of objects and of hosts are. */
export const dnsName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;
/** Of labels and annotations: a name, before it a domain where it isn't the user's own. */
export const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
export const labelValue = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export function checkLabel(where: string, name: string): Problem[] {
  if (dnsLabel.test(name)) return [];
  return [
    {
      where,
      what: "the name is not a DNS label",
      given: shown(name),
      allowed: "lower-case letters, digits and hyphens, first a letter, last no hyphen, at most 63 characters",
      remedy: "choose a name that can be a hostname",
    },
  ];
}

/**
 * Name of an object on a shared host. A part (`state`, `files`) follows a dot, which no DNS label has, so the network
 * of a workload `kafka-state` never meets a part of the workload `kafka`.
 */
export function objectName(stack: string, workload: string, part?: string): string {
  return `${product}-${stack}-${workload}${part === undefined ? "" : `.${part}`}`;
}

/** Room for the longest part, `.` + 8 hex digits of a version + `-` + an index. */
const partRoom = 11;

/** A name is refused rather than cut: two long names cut alike would meet. */
export function checkObjectName(stack: string, workload: string): Problem[] {
  const length = objectName(stack, workload).length + partRoom;
  if (length <= 63) return [];
  return [
    {
      where: `workload ${workload}`,
      what: "its name together with the stack's is too long for the names of its objects",
      given: `stack ${shown(stack)} and workload ${shown(workload)}, ${stack.length + workload.length} characters`,
      allowed: `at most ${stack.length + workload.length - (length - 63)} characters together`,
      remedy: "shorten the stack's name or the workload's",
    },
  ];
}

/** Joined with lengths, so that no two different lists of parts hash alike. */
export function digest(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}
