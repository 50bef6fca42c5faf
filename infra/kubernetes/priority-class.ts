/** Who goes first when nodes run full: what trades by the microsecond, then what holds data. */
import { labels } from "../labels.ts";
import { product } from "../names.ts";
import type { Workload } from "../workload.ts";
import { kindOf } from "./labels.ts";

type Kind = "latency" | "state";

export const priorities: Record<Kind, { value: number; description: string }> = {
  latency: { value: 1_000_000, description: "Latency-critical workloads; they push out others for their cores" },
  state: { value: 900_000, description: "Workloads that hold data" },
};

/** Classes belong to no namespace, so the stack is in their name. */
const className = (stack: string, kind: Kind): string => `${product}-${stack}-${kind}`;

export function toPriorityClasses(stack: string) {
  return (Object.keys(priorities) as Kind[]).map((kind) => ({
    ...kindOf("scheduling.k8s.io/v1", "PriorityClass"),
    metadata: { name: className(stack, kind), labels: labels(stack, kind) },
    ...priorities[kind],
  }));
}

export function priorityOf(w: Pick<Workload, "latency" | "state">, stack: string): { priorityClassName?: string } {
  if (w.latency) return { priorityClassName: className(stack, "latency") };
  return w.state ? { priorityClassName: className(stack, "state") } : {};
}
