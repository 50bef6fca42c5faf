/** Which nodes can host the engine, and why the others can't. Pure. */
import type { NodeFacts } from "./cluster-facts.ts";
import { degraded, type Finding, fine, missing } from "./finding.ts";

/** What the engine's latency profile asks of a node. */
export interface EngineNeeds {
  /** Whole cores for itself. */
  cores: number;
  /** Bytes. */
  memory: number;
  /** Bytes by page size, such as `2Mi`. */
  hugePages: Record<string, number>;
}

export interface Wanted {
  /** Label and taint of the nodes that latency-critical workloads have to themselves. */
  pool: { label: string; value: string };
  /** Absent where the engine shares its node. */
  engine?: EngineNeeds | undefined;
}

const mib = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MiB`;

/** Of a large cluster the nodes that are shown; the rest is counted. */
const shown = 20;

export function judgeNodes(nodes: NodeFacts[], { pool, engine }: Wanted): Finding[] {
  const usable = nodes.filter(({ ready, schedulable }) => ready && schedulable);
  const count = `${usable.length} of ${nodes.length} ready`;
  if (usable.length === 0) return [missing("nodes", count, "have a node that is ready and not cordoned")];
  if (engine === undefined) return [fine("nodes", `${count}; the engine has no latency profile`)];
  const judged = nodes.map((node) => ({ node, reasons: whyNot(node, engine, pool) }));
  const able = judged.filter(({ reasons }) => reasons.length === 0);
  const all =
    able.length > 0
      ? fine(
          "nodes for the engine",
          able
            .map(({ node }) => node.name)
            .slice(0, shown)
            .join(", "),
        )
      : missing("nodes for the engine", `none of ${nodes.length}`, "mend one of the nodes below, or the profile");
  const unable = judged.filter(({ node, reasons }) => reasons.length > 0 && concerns(node, pool, able.length));
  const rest =
    unable.length > shown ? [degraded("nodes", `${unable.length - shown} more`, "see --json of kubectl")] : [];
  return [
    fine("nodes", count),
    all,
    ...unable
      .slice(0, shown)
      .map(({ node, reasons }) => degraded(`node ${node.name}`, reasons.join("; "), "can't host the engine")),
    ...rest,
    exclusive(),
  ];
}

/** Where the pool has able nodes, nodes outside it are as they should be. */
const concerns = ({ labels }: NodeFacts, { label, value }: Wanted["pool"], able: number): boolean =>
  able === 0 || labels[label] === value;

/** Why a node can't host the engine; empty where it can, as far as the API shows. */
export function whyNot(node: NodeFacts, engine: EngineNeeds, { label, value }: Wanted["pool"]): string[] {
  const reasons: string[] = [];
  if (!node.ready) reasons.push("not ready");
  if (!node.schedulable) reasons.push("cordoned");
  if (node.labels[label] !== value) reasons.push(`not in the pool: no label ${label}=${value}`);
  for (const { key, value: of = "", effect } of node.taints) {
    const ours = key === label && of === value && effect === "NoSchedule";
    if (!ours && effect !== "PreferNoSchedule") reasons.push(`taint ${key}${of === "" ? "" : `=${of}`}:${effect}`);
  }
  const cores = Math.floor(node.cores);
  if (cores < engine.cores) reasons.push(`${cores} whole cores allocatable, ${engine.cores} wanted`);
  if (node.memory < engine.memory) reasons.push(`${mib(node.memory)} allocatable, ${mib(engine.memory)} wanted`);
  for (const [page, bytes] of Object.entries(engine.hugePages)) {
    const have = node.hugePages[page] ?? 0;
    if (have < bytes) reasons.push(`${mib(have)} of ${page} huge pages allocatable, ${mib(bytes)} wanted`);
  }
  return reasons;
}

/** The kubelet's own settings are in no object that every cluster has. */
const exclusive = (): Finding =>
  degraded(
    "exclusive cores",
    "the API doesn't say how the kubelets are set",
    "the pool's kubelets need the static CPU manager and, for one NUMA node, topology manager single-numa-node",
  );
