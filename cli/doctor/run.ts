import { styleText } from "node:util";
import { UserError } from "../../infra/errors.ts";
import { toNodeProfile } from "../../infra/kubernetes/node-profile/profile.ts";
import { cpuList } from "../../infra/latency.ts";
import { bytes } from "../../infra/units.ts";
import { allowance } from "../../stacks/sizes.ts";
import { runOk } from "../process.ts";
import type { Step } from "../progress.ts";
import type { Context } from "../session.ts";
import { readStackConfig } from "../stack/config.ts";
import { judge, judgeBuilder } from "./checks.ts";
import type { ClusterNeeds } from "./cluster-checks.ts";
import { examineEntrance } from "./entrance.ts";
import { gatherFacts } from "./facts.ts";
import { type Finding, missing, refuseMissing, type State, table } from "./finding.ts";
import { secretsOf } from "./secret-checks.ts";

type StackConfig = ReturnType<typeof readStackConfig>;

/** Everything the stack needs, judged before anything is touched. */
export async function examine(stack: string): Promise<Finding[]> {
  const config = readStackConfig(stack);
  return config.platform === "kubernetes" ? examineCluster(stack, config) : examineHost(stack, config);
}

async function examineHost(stack: string, { docker }: StackConfig): Promise<Finding[]> {
  const ours = await publishedPorts(stack);
  const wanted = Object.values(docker.hostPorts).filter((port): port is number => port !== "off" && !ours.has(port));
  return judge(await gatherFacts(wanted, docker.bindAddress));
}

/** Of this machine only what building takes; the rest is asked of the cluster. */
async function examineCluster(stack: string, config: StackConfig): Promise<Finding[]> {
  const [facts, cluster] = await Promise.all([
    gatherFacts([], config.docker.bindAddress),
    clusterFindings(stack, config),
  ]);
  return [...judgeBuilder(facts), registry(config), ...cluster];
}

const registry = ({ kubernetes }: StackConfig): Finding =>
  kubernetes.registry === undefined
    ? missing("registry", "none", "set kubernetes.registry: built images are pushed there, and nodes pull them")
    : { check: "registry", state: "fine", found: kubernetes.registry, advice: "" };

async function clusterFindings(stack: string, config: StackConfig): Promise<Finding[]> {
  const [{ clusterOf }, { gatherClusterFacts }, { judgeCluster }] = await Promise.all([
    import("../runtime/kubernetes/cluster.ts"),
    import("./cluster-facts.ts"),
    import("./cluster-checks.ts"),
  ]);
  try {
    const needs = needsOf(config);
    const names = (needs.secrets ?? []).map(({ name }) => name);
    const [cluster, entrance] = await Promise.all([
      gatherClusterFacts(clusterOf(stack), needs, [...new Set(names)]),
      examineEntrance(stack, config),
    ]);
    return [...judgeCluster(cluster, needs), ...entrance];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ what, given, remedy }) => missing("cluster", `${what}: ${given}`, remedy));
  }
}

/** What the configuration wants of the cluster. */
export function needsOf(config: StackConfig): ClusterNeeds {
  const { storageClass, nodePool: pool } = config.kubernetes;
  const { latency } = config.engine;
  const pages = Object.entries(latency?.hugePages ?? {}).map(([page, size]) => [page, bytes(size)] as const);
  const engine = latency && {
    cores: cpuList(latency.cpus)?.length ?? 0,
    memory: bytes(allowance(config, "engine").memory),
    hugePages: Object.fromEntries(pages),
  };
  const profile = pool.machine && toNodeProfile(pool.machine, pool);
  return { storageClass, pool, engine, profile, secrets: secretsOf(config) };
}

/** Before a preview: a pod that no node can take would be previewed as well as any other. */
export const nodesStep: Step<Context> = {
  title: "Nodes",
  run: async ({ stack }) => {
    const [{ clusterOf }, { listNodes }, { judgeNodes }] = await Promise.all([
      import("../runtime/kubernetes/cluster.ts"),
      import("./cluster-facts.ts"),
      import("./node-checks.ts"),
    ]);
    const findings = judgeNodes(await listNodes(clusterOf(stack)), needsOf(readStackConfig(stack)));
    refuseMissing(findings);
    return findings.find(({ check }) => check === "nodes for the engine")?.found ?? "any";
  },
};

/** Ports that this stack's own containers hold are not taken. */
async function publishedPorts(stack: string): Promise<Set<number>> {
  const args = ["ps", "--filter", `label=cipherhorizon.stack=${stack}`, "--format", "{{.Ports}}"];
  const finished = await runOk("docker", args, { timeout: 30_000 }).catch(() => undefined);
  return new Set([...(finished?.stdout ?? "").matchAll(/:(\d+)->/g)].map((match) => Number(match[1])));
}

const colours: Record<State, "green" | "yellow" | "red"> = { fine: "green", degraded: "yellow", missing: "red" };

const paint = (state: State, text: string): string => styleText(colours[state], text, { stream: process.stdout });

export async function doctor(stack: string, json: boolean): Promise<boolean> {
  const findings = await examine(stack);
  process.stdout.write(`${json ? JSON.stringify(findings, null, 2) : table(findings, paint)}\n`);
  return findings.every(({ state }) => state !== "missing");
}

/** The same before anything is touched: what is missing stops `up`, what is degraded is counted. */
export const doctorStep: Step<Context> = {
  title: "Doctor",
  run: async ({ stack }) => {
    const findings = await examine(stack);
    refuseMissing(findings);
    const count = findings.filter(({ state }) => state === "degraded").length;
    return count === 0 ? "all fine" : `${count} degraded, see \`horizon doctor\``;
  },
};
