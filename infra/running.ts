/** What a workload says of itself once it runs, the same on every platform; the rest of `Running` is the platform's own. */
import type { Foreign, Needed, Running, Workload } from "./workload.ts";

type OfWorkload = Pick<Running, "name" | "host" | "ports" | "metrics" | "monitors" | "peerPorts" | "needs">;

export function described(w: Workload, needs: readonly Needed[]): OfWorkload {
  return {
    name: w.name,
    host: w.name,
    ports: w.ports,
    ...(w.metrics && { metrics: w.metrics }),
    ...(w.monitors && { monitors: true }),
    ...(w.peers && { peerPorts: w.peers.ports }),
    needs: needs.map(({ name }) => name),
  };
}

export const isForeign = (needed: Needed): needed is Foreign => "place" in needed;

export const isRunning = (needed: Needed): needed is Running => !isForeign(needed);
