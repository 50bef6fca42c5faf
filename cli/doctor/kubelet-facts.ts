/** How the kubelets of the pool are set, as they say themselves: through the API server, where its rights allow that. */
import { ApiException, AuthorizationV1Api, CoreV1Api } from "@kubernetes/client-node";
import { api, asked, type Cluster } from "../runtime/kubernetes/cluster.ts";

export interface KubeletFacts {
  cpuManagerPolicy: string;
  /** Whether a container never shares a core with another by its threads. */
  wholeCores: boolean;
  topologyManagerPolicy: string;
  memoryManagerPolicy: string;
  /** Empty where the kubelet chooses them by number. */
  reservedSystemCPUs: string;
  /** Whether a CPU quota stays on containers that have their cores to themselves. */
  quotaOnExclusive: boolean;
}

/** Why a kubelet's settings are not known. */
export type Unknown = "denied" | "silent";

/** Requests, and milliseconds. */
const limits = { atOnce: 16, each: 5_000, all: 15_000 };

interface AskedNode {
  name: string;
  /** Of its kubelet. */
  version: string;
}

/** Of a large pool those that answer in time; a node that does not run takes a few seconds, and they are asked side by side. */
export async function readKubelets(cluster: Cluster, nodes: AskedNode[], { atOnce, each, all } = limits) {
  const facts = new Map<string, KubeletFacts | Unknown>();
  if (nodes.length === 0) return facts;
  const allowed = await mayProxy(cluster);
  const deadline = Date.now() + all;
  const waiting = [...nodes];
  const work = async (): Promise<void> => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
      const late = Date.now() > deadline;
      facts.set(node.name, !allowed ? "denied" : late ? "silent" : await readKubelet(cluster, node, each));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return facts;
}

/** The right is strong (it reaches everything that a kubelet serves), so it is used where it is there and never asked for. */
async function mayProxy(cluster: Cluster): Promise<boolean> {
  const resourceAttributes = { verb: "get", group: "", resource: "nodes", subresource: "proxy" };
  const body = { spec: { resourceAttributes } };
  const review = api(cluster, AuthorizationV1Api).createSelfSubjectAccessReview({ body });
  return (await asked(cluster, "ask for its rights", review)).status?.allowed === true;
}

async function readKubelet(cluster: Cluster, { name, version }: AskedNode, limit: number) {
  const core = api(cluster, CoreV1Api, limit);
  try {
    return toKubeletFacts(await core.connectGetNodeProxyWithPath({ name, path: "configz" }), version);
  } catch (error) {
    const denied = error instanceof ApiException && (error.code === 401 || error.code === 403);
    return denied ? "denied" : "silent";
  }
}

interface Configz {
  kubeletconfig?: {
    cpuManagerPolicy?: string;
    cpuManagerPolicyOptions?: Record<string, string>;
    topologyManagerPolicy?: string;
    memoryManagerPolicy?: string;
    reservedSystemCPUs?: string;
    cpuCFSQuota?: boolean;
    featureGates?: Record<string, boolean>;
  };
}

/** Of what the kubelet answers; what it leaves out is its default. */
export function toKubeletFacts(text: string, version: string): KubeletFacts | Unknown {
  const config = parsed(text)?.kubeletconfig;
  if (config === undefined) return "silent";
  const minor = Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? 0);
  const lifted = minor >= 33 && config.featureGates?.["DisableCPUQuotaWithExclusiveCPUs"] !== false;
  return {
    cpuManagerPolicy: config.cpuManagerPolicy ?? "none",
    wholeCores: config.cpuManagerPolicyOptions?.["full-pcpus-only"] === "true",
    topologyManagerPolicy: config.topologyManagerPolicy ?? "none",
    memoryManagerPolicy: config.memoryManagerPolicy ?? "None",
    reservedSystemCPUs: config.reservedSystemCPUs ?? "",
    quotaOnExclusive: config.cpuCFSQuota !== false && !lifted,
  };
}

function parsed(text: string): Configz | undefined {
  try {
    return (typeof text === "string" ? JSON.parse(text) : text) as Configz;
  } catch {
    return undefined;
  }
}
