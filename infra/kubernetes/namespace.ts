/** The stack's namespace: pods that aren't `restricted` are refused, and nothing reaches anything that isn't allowed. */
import { labels } from "../labels.ts";
import { product } from "../names.ts";
import { kindOf } from "./labels.ts";

export function toNamespace(stack: string, namespace: string) {
  const modes = ["audit", "enforce", "warn"].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, "restricted"],
    [`pod-security.kubernetes.io/${mode}-version`, "latest"],
  ]);
  return {
    ...kindOf("v1", "Namespace"),
    metadata: { name: namespace, labels: { ...labels(stack, product), ...Object.fromEntries(modes) } },
  };
}
