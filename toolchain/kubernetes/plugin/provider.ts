/** What a change of the provider's own arguments means for the objects that it made. */
import type * as client from "@kubernetes/client-node";
import { clusterIdentity, loadKubeConfig } from "./cluster.ts";
import type { ObjectDiff } from "./diff.ts";
import { parseSettings } from "./settings.ts";
import { type Fields, hasUnknown, isUnknown, reveal } from "./values.ts";

const LOCATION = ["kubeconfig", "context", "cluster"];

/** Another cluster means other objects, so all are replaced; the same one by another way means nothing. */
export function providerChanges(module: typeof client, olds: Fields, news: Fields): ObjectDiff["changes"] {
  const [before, after] = [variablesOf(olds), variablesOf(news)];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
  const pinned = before.clusterIdentifier;
  const decisive = pinned ? ["clusterIdentifier"] : LOCATION;
  const moved = pinned ? ![undefined, pinned].includes(after.clusterIdentifier) : moves(module, olds, news);
  return changed.map((key) => ({ path: [key], kind: "update", replace: moved && decisive.includes(key) }));
}

function moves(module: typeof client, olds: Fields, news: Fields): boolean {
  if (LOCATION.some((key) => hasUnknown(news[key]))) return true;
  try {
    const identity = (fields: Fields) => clusterIdentity(loadKubeConfig(module, parseSettings(variablesOf(fields))));
    return identity(olds) !== identity(news);
  } catch {
    return false; // an unreadable kubeconfig points nowhere; the operations say what is wrong with it
  }
}

/** Provider arguments as text; those that are no text come as JSON. */
export function variablesOf(fields: Fields): Record<string, string> {
  const given = Object.entries(reveal(fields) as Fields).filter(([, value]) => !isUnknown(value));
  return Object.fromEntries(
    given.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
