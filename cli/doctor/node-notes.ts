/** What a node that can host the engine is set otherwise than the node profile says, and what follows. Pure. */
import { type NodeProfile, shownCores } from "../../infra/kubernetes/node-profile/profile.ts";
import { bytes } from "../../infra/units.ts";
import type { NodeFacts } from "./cluster-facts.ts";
import type { KubeletFacts } from "./kubelet-facts.ts";

const feature = "feature.node.kubernetes.io/";

/** Empty where the node is as it should be, as far as is known. */
export const notesOf = (node: NodeFacts, profile: NodeProfile | undefined): string[] => [
  ...(typeof node.kubelet === "object" ? kubeletNotes(node.kubelet, profile) : []),
  ...(profile ? machineNotes(node, profile) : []),
  ...labelNotes(node.labels, profile),
];

function kubeletNotes(kubelet: KubeletFacts, profile: NodeProfile | undefined): string[] {
  const { memoryManagerPolicy, reservedSystemCPUs, wholeCores, quotaOnExclusive } = kubelet;
  const wanted = profile && shownCores(profile.reserved);
  return [
    ...(quotaOnExclusive ? ["a CPU quota stays on exclusive cores: it stalls the engine"] : []),
    ...(memoryManagerPolicy === "Static" ? [] : [`memoryManagerPolicy ${memoryManagerPolicy}: memory may be remote`]),
    ...(wanted === undefined || reservedSystemCPUs === wanted
      ? []
      : [
          `reservedSystemCPUs ${reservedSystemCPUs || "not set"}, ${wanted} in the configuration: not the isolated cores`,
        ]),
    ...(wholeCores || (profile?.threadsPerCore ?? 1) === 1 ? [] : ["no full-pcpus-only: a neighbour on the same core"]),
  ];
}

function machineNotes({ capacity }: NodeFacts, { cores, hugePages, numaNodes }: NodeProfile): string[] {
  const pages = hugePages.filter(
    ({ page, count }) => (capacity.hugePages[page] ?? 0) < count * numaNodes.length * bytes(page),
  );
  return [
    ...(capacity.cores === cores.length
      ? []
      : [`has ${capacity.cores} cores, ${cores.length} in the configuration: another kind of machine`]),
    ...pages.map(({ page }) => `fewer huge pages of ${page} than in the configuration`),
  ];
}

/** Of node feature discovery, where it runs. */
function labelNotes(labels: Record<string, string>, profile: NodeProfile | undefined): string[] {
  const threads = labels[`${feature}cpu-hardware_multithreading`];
  const governor = labels[`${feature}cpu-pstate.scaling_governor`];
  return [
    ...(threads === "true" && profile?.threadsPerCore === 1
      ? ["hardware threads are on, threadsPerCore is 1 in the configuration"]
      : []),
    ...(governor === undefined || governor === "performance" ? [] : [`scaling governor ${governor}: cores slow down`]),
  ];
}
