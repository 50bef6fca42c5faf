/**
 * The networks of one workload. Its own, which it shares with those that need it, is internal: no way out, and whoever
 * doesn't need the workload has no interface there. A workload that is reachable from outside, or reaches there, has a
 * second one, alone on it, because published ports and routes out need a network that isn't internal. See docs/adr/0001-networks.md.
 */
import type { NetworkArgs } from "@pulumi/docker";
import { labels } from "../labels.ts";
import { digest, objectName } from "../names.ts";
import type { Workload } from "../workload.ts";
import { labelList } from "./labels.ts";

/** `own` is the one for those who need the workload, `outside` the one to the world. */
export type NetworkKind = "own" | "outside";

/** The name by which the configuration pins a subnet. */
export function networkKey(workload: string, kind: NetworkKind): string {
  return kind === "own" ? workload : `${workload}.outside`;
}

/** Linux allows 15 characters for an interface; a fixed name tells our bridges from others' on the host. */
export function bridgeName(stack: string, key: string): string {
  return `ch-${digest([stack, key]).slice(0, 10)}`;
}

/** Fixed by the workload alone: who needs it decides nothing, so a new consumer doesn't replace its provider. */
export function networkKinds(w: Workload): NetworkKind[] {
  const kinds: NetworkKind[] = [];
  if (Object.keys(w.ports).length > 0) kinds.push("own");
  if (w.egress || Object.keys(w.expose ?? {}).length > 0) kinds.push("outside");
  return kinds;
}

export function toNetwork(stack: string, workload: string, kind: NetworkKind, subnet: string): NetworkArgs {
  const key = networkKey(workload, kind);
  return {
    name: objectName(stack, workload, kind === "own" ? undefined : kind),
    driver: "bridge",
    internal: kind === "own",
    ipamConfigs: [{ subnet }],
    options: { "com.docker.network.bridge.name": bridgeName(stack, key) },
    labels: labelList(labels(stack, workload)),
  };
}
