/** What of the lab runs, asked of the machine and of the cluster. */

import { existsSync } from "node:fs";
import { currentKubeconfig, isForeign } from "./foreign.ts";
import { type Lab, REGISTRY } from "./lab.ts";
import { call, knownPrograms, pidOf } from "./process.ts";
import { programFile } from "./programs.ts";

export interface LabStatus {
  /** Absent while there is no cluster. */
  kubeconfig?: string;
  /** Where images are pushed to; absent with a cluster of the user's own. */
  registry?: string;
  /** Programs that were started, with their process ids; null for one that has ended. */
  programs: Record<string, number | null>;
  /** Whether the API server says that it is ready. */
  ready: boolean;
  nodes: { name: string; ready: boolean }[];
}

/** The kubectl that was built, or the machine's. */
export const kubectlProgram = (lab: Lab): string => {
  const built = programFile(lab, "kubectl");
  return existsSync(built) ? built : "kubectl";
};

export async function readStatus(lab: Lab): Promise<LabStatus> {
  const kubeconfig = currentKubeconfig(lab);
  const programs = Object.fromEntries(knownPrograms(lab).map((name) => [name, pidOf(lab, name) ?? null]));
  if (kubeconfig === undefined) return { programs, ready: false, nodes: [] };
  const ask = (...args: string[]) =>
    call(kubectlProgram(lab), ["--kubeconfig", kubeconfig, "--request-timeout=5s", ...args], { seconds: 10 });
  const [readyz, nodes] = await Promise.all([ask("get", "--raw", "/readyz"), ask("get", "nodes", "-o=json")]);
  return {
    kubeconfig,
    ...(isForeign(lab) ? {} : { registry: REGISTRY }),
    programs,
    ready: readyz.code === 0,
    nodes: nodes.code === 0 ? toNodes(nodes.stdout) : [],
  };
}

interface NodeList {
  items: { metadata: { name: string }; status: { conditions?: { type: string; status: string }[] } }[];
}

export const toNodes = (json: string): LabStatus["nodes"] =>
  (JSON.parse(json) as NodeList).items.map(({ metadata, status }) => ({
    name: metadata.name,
    ready: status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
  }));

export function renderStatus({ kubeconfig, registry, programs, ready, nodes }: LabStatus): string {
  if (kubeconfig === undefined && Object.keys(programs).length === 0) {
    return "no lab; `horizon lab up` starts one";
  }
  const row = (name: string, state: string): string => `${name.padEnd(26)}${state}`;
  return [
    ...Object.entries(programs).map(([name, pid]) => row(name, pid === null ? "ended" : `process ${pid}`)),
    row("API server", ready ? "ready" : "does not answer"),
    ...nodes.map((node) => row(`node ${node.name}`, node.ready ? "ready" : "not ready")),
    ...(registry === undefined ? [] : [row("registry", registry)]),
    ...(kubeconfig === undefined ? [] : [row("kubeconfig", kubeconfig)]),
  ].join("\n");
}
