/** The labels that every object of ours carries on either platform, so that an operator, and `down`, can find them all. */
import { product } from "./names.ts";

export const stackLabel = `${product}.stack`;

export function labels(stack: string, workload: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": workload,
    "app.kubernetes.io/part-of": product,
    [stackLabel]: stack,
  };
}
