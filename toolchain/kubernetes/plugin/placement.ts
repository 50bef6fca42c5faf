/** Whether a pod can run on any of the nodes at all, however empty they were: what it asks for against what they have. */
import { fields, list, nameOf, text } from "./objects.ts";
import { quantity } from "./quantity.ts";
import type { Fields, Value } from "./values.ts";

const SHOWN = 5;

/** One line a node, or undefined where some node could take the pod, or where no node may be looked at. */
export function impossible(pod: Fields, nodes: Fields[]): string | undefined {
  const obstacles = nodes.map((node) => ({ node: nameOf(node), reason: obstacle(pod, node) }));
  if (obstacles.length === 0 || obstacles.some(({ reason }) => reason === undefined)) return undefined;
  const lines = obstacles.slice(0, SHOWN).map(({ node, reason }) => `  ${node}: ${reason}`);
  return [...lines, ...(obstacles.length > SHOWN ? [`  and ${obstacles.length - SHOWN} more nodes`] : [])].join("\n");
}

function obstacle(pod: Fields, node: Fields): string | undefined {
  const selector = Object.entries(fields(pod, "spec", "nodeSelector"));
  const wrong = selector.find(([key, value]) => fields(node, "metadata", "labels")[key] !== value);
  if (wrong) return `has no label ${wrong[0]}=${String(wrong[1])}`;
  const taint = list(node, "spec", "taints").find((item) => !isTolerated(item, list(pod, "spec", "tolerations")));
  if (taint)
    return `is tainted ${text(taint, "key")}${text(taint, "value") ? `=${text(taint, "value")}` : ""}:${text(taint, "effect")}`;
  for (const [resource, wanted] of requests(pod)) {
    const has = fields(node, "status", "allocatable")[resource] ?? "0";
    if (quantity(String(has)) < wanted.amount) return `has ${resource} ${String(has)}, ${wanted.text} is needed`;
  }
  return undefined;
}

function isTolerated(taint: Value, tolerations: Value[]): boolean {
  // Taints that Kubernetes itself puts on nodes in trouble come and go.
  const passing =
    text(taint, "key").startsWith("node.kubernetes.io/") && text(taint, "key") !== "node.kubernetes.io/unschedulable";
  if (passing || text(taint, "effect") === "PreferNoSchedule") return true;
  return tolerations.some((item) => {
    const effect = text(item, "effect");
    if (effect !== "" && effect !== text(taint, "effect")) return false;
    if (text(item, "operator") === "Exists") return ["", text(taint, "key")].includes(text(item, "key"));
    return text(item, "key") === text(taint, "key") && text(item, "value") === text(taint, "value");
  });
}

/** What the containers ask for together; init containers run one after the other and are left out. */
function requests(pod: Fields): Map<string, { amount: number; text: string }> {
  const sums = new Map<string, { amount: number; text: string }>();
  for (const container of list(pod, "spec", "containers")) {
    for (const [resource, value] of Object.entries(fields(container, "resources", "requests"))) {
      const before = sums.get(resource);
      const amount = quantity(String(value)) + (before?.amount ?? 0);
      sums.set(resource, { amount, text: before ? `${before.text} + ${String(value)}` : String(value) });
    }
  }
  return sums;
}
