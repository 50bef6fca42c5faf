/** What a workload says of itself once it runs, the same on every platform; the rest of `Running` is the platform's own. */
import type { Running, Workload } from "./workload.ts";

type OfWorkload = Pick<Running, "name" | "host" | "ports" | "metrics" | "monitors" | "peerPorts" | "needs">;

export function described(w: Workload, needs: readonly Running[]): OfWorkload {
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
