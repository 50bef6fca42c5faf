/** Label selectors as Kubernetes defines them: all terms must hold, and an empty selector holds for everything. */
import type { V1LabelSelector, V1LabelSelectorRequirement } from "@kubernetes/client-node";

export type Labels = Record<string, string>;

export function matches(selector: V1LabelSelector | undefined, labels: Labels): boolean {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  const terms = selector?.matchExpressions ?? [];
  return wanted.every(([key, value]) => labels[key] === value) && terms.every((term) => holds(term, labels));
}

/** NotIn holds for an absent key too. */
function holds({ key, operator, values = [] }: V1LabelSelectorRequirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      throw new Error(`label selector: unknown operator ${operator}`);
  }
}
