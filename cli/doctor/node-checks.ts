/** Which nodes can host the engine, and why the others can't. Pure. */
import type { NodeProfile } from "../../infra/kubernetes/node-profile/profile.ts";
import type { NodeFacts } from "./cluster-facts.ts";
import { degraded, type Finding, fine, missing } from "./finding.ts";
import { notesOf } from "./node-notes.ts";

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
  /** Absent where the configuration doesn't say what a machine of the pool has. */
  profile?: NodeProfile | undefined;
}

const mib = (bytes: number): string => `${Math.floor(bytes / 1024 ** 2)} MiB`;

/** Of a large cluster the nodes that are shown; the rest is counted. */
const shown = 20;

export function judgeNodes(nodes: NodeFacts[], wanted: Wanted): Finding[] {
  const usable = nodes.filter(({ ready, schedulable }) => ready && schedulable);
  const count = `${usable.length} of ${nodes.length} ready`;
  if (usable.length === 0) return [missing("nodes", count, "have a node that is ready and not cordoned")];
  const { engine, pool } = wanted;
  if (engine === undefined) return [fine("nodes", `${count}; the engine has no latency profile`)];
  // Those that lack least stand first: of a large cluster not all are shown.
  const judged = nodes
    .map((node) => ({ node, reasons: whyNot(node, engine, wanted) }))
    .sort((a, b) => a.reasons.length - b.reasons.length);
  const able = judged.filter(({ reasons }) => reasons.length === 0).map(({ node }) => node);
  const unable = judged.filter(({ node, reasons }) => reasons.length > 0 && concerns(node, pool, able.length));
  return [
    fine("nodes", count),
    able.length > 0
      ? fine("nodes for the engine", listed(able))
      : missing("nodes for the engine", `none of ${nodes.length}; ${first(judged)}`, noneAble(pool)),
    ...some(
      unable.map(({ node, reasons }) => degraded(`node ${node.name}`, reasons.join("; "), "can't host the engine")),
    ),
    ...some(able.flatMap((node) => noted(node, wanted))),
    ...kubelets(able),
  ];
}

/** Also where `up` stops with this line alone. */
function first(judged: { node: NodeFacts; reasons: string[] }[]): string {
  const told = judged.slice(0, 2).map(({ node, reasons }) => `${node.name}: ${reasons.join(", ")}`);
  return [...told, ...(judged.length > 2 ? [`and ${judged.length - 2} more`] : [])].join("; ");
}

const noneAble = ({ label, value }: Wanted["pool"]): string =>
  `make a node able (kubectl label node NAME ${label}=${value}; docs/operations.md, "Nodes for the engine"), or change engine.latency`;

const listed = (nodes: NodeFacts[]): string => {
  const names = nodes.slice(0, shown).map(({ name }) => name);
  return `${names.join(", ")}${nodes.length > shown ? ` and ${nodes.length - shown} more` : ""}`;
};

const some = (findings: Finding[]): Finding[] => [
  ...findings.slice(0, shown),
  ...(findings.length > shown
    ? [degraded("nodes", `${findings.length - shown} more such nodes`, "as those above")]
    : []),
];

function noted(node: NodeFacts, { profile }: Wanted): Finding[] {
  const notes = notesOf(node, profile);
  if (notes.length === 0) return [];
  const follows = "hosts the engine, but not as the node documents say (horizon render --out DIR)";
  return [degraded(`node ${node.name}`, notes.join("; "), follows)];
}

/** Where the pool has able nodes, nodes outside it are as they should be. */
const concerns = ({ labels }: NodeFacts, { label, value }: Wanted["pool"], able: number): boolean =>
  able === 0 || labels[label] === value;

/** Why a node can't host the engine; empty where it can, as far as is known. */
export function whyNot(node: NodeFacts, engine: EngineNeeds, wanted: Omit<Wanted, "engine">): string[] {
  const { pool, profile } = wanted;
  const { label, value } = pool;
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
  return [...reasons, ...ofKubelet(node, profile)];
}

function ofKubelet({ kubelet }: NodeFacts, profile: NodeProfile | undefined): string[] {
  if (typeof kubelet !== "object") return [];
  const { cpuManagerPolicy, topologyManagerPolicy } = kubelet;
  const several = (profile?.numaNodes.length ?? 1) > 1;
  return [
    ...(cpuManagerPolicy === "static" ? [] : [`cpuManagerPolicy ${cpuManagerPolicy}: no core is exclusive`]),
    ...(several && topologyManagerPolicy !== "single-numa-node"
      ? [`topologyManagerPolicy ${topologyManagerPolicy}: cores and memory of different memory nodes`]
      : []),
  ];
}

/** What the kubelets did not tell. */
function kubelets(able: NodeFacts[]): Finding[] {
  const of = (why: string) => able.filter(({ kubelet }) => kubelet === why);
  const [denied, silent] = [of("denied"), of("silent")];
  const follows = "whether cores are exclusive there can't be known: it takes cpuManagerPolicy static";
  return [
    ...(denied.length > 0
      ? [degraded("kubelets", `these credentials may not ask them (get nodes/proxy)`, follows)]
      : []),
    ...(silent.length > 0 ? [degraded("kubelets", `no answer in time from ${listed(silent)}`, follows)] : []),
    ...(able.length > denied.length + silent.length
      ? [fine("kubelets", `${able.length - denied.length - silent.length} with exclusive cores, by their own word`)]
      : []),
  ];
}
