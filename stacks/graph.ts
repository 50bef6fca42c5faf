/** The picture of what needs what, from the same values that make it so. */
import type { Running } from "../infra/workload.ts";

export type Node = Pick<Running, "name" | "needs">;

/** Slice to the workloads in it. */
export type Graph = Record<string, Node[]>;

const id = (name: string): string => name.replaceAll("-", "_");

/** Mermaid source; an arrow points from the one who needs to the one who is needed. */
export function toMermaid(graph: Graph): string {
  const boxes = Object.entries(graph).flatMap(([slice, nodes]) => [
    `  subgraph ${slice}`,
    ...nodes.map(({ name }) => `    ${id(name)}["${name}"]`),
    "  end",
  ]);
  const arrows = Object.values(graph)
    .flat()
    .flatMap(({ name, needs }) => needs.map((needed) => `  ${id(name)} --> ${id(needed)}`));
  return `${["flowchart LR", ...boxes, ...arrows].join("\n")}\n`;
}
