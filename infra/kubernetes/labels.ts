/** Labels and names of objects. A name is a literal, so every object can name every other without waiting for it. */
import { labels } from "../labels.ts";
import type { Context } from "./context.ts";

/** What never changes of a workload's pods: selectors are immutable, so no version and no hash is among it. */
export function selector(workload: string): Record<string, string> {
  return { "app.kubernetes.io/name": workload };
}

/** The pods of several workloads. */
export function selectorOfAll(workloads: readonly string[]) {
  return { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: [...workloads] }] };
}

/** `part` follows a dot, which no workload's name has. */
export function partName(workload: string, part: string): string {
  return `${workload}.${part}`;
}

/** Typed as the words they are: the SDK accepts no other. */
export function kindOf<Version extends string, Kind extends string>(apiVersion: Version, kind: Kind) {
  return { apiVersion, kind };
}

export function metadata(ctx: Pick<Context, "stack" | "namespace">, workload: string, name = workload) {
  return { name, namespace: ctx.namespace, labels: labels(ctx.stack, workload) };
}
