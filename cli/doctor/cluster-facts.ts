/** Reads of a cluster what the checks judge: the only place in doctor/ that asks one. */
import {
  ApiException,
  AuthorizationV1Api,
  CoreV1Api,
  StorageV1Api,
  type V1Node,
  type V1Taint,
  VersionApi,
} from "@kubernetes/client-node";
import { UserError } from "../../infra/errors.ts";
import { quantity } from "../../toolchain/kubernetes/plugin/quantity.ts";
import { api, asked, type Cluster, isNotFound, messageOf } from "../runtime/kubernetes/cluster.ts";
import { type KubeletFacts, readKubelets, type Unknown } from "./kubelet-facts.ts";
import { type Wanted, whyNot } from "./node-checks.ts";
import { needed, type Right } from "./rights.ts";
import type { FoundSecrets } from "./secret-checks.ts";

export interface NodeFacts {
  name: string;
  ready: boolean;
  /** Cordoned nodes take no new pods. */
  schedulable: boolean;
  labels: Record<string, string>;
  taints: Pick<V1Taint, "key" | "value" | "effect">[];
  /** Allocatable: cores, bytes, and bytes of huge pages by page size. */
  cores: number;
  memory: number;
  hugePages: Record<string, number>;
  /** What the machine has, with what is reserved; units as above. */
  capacity: { cores: number; hugePages: Record<string, number> };
  /** Of the kubelet, such as `v1.36.3`. */
  version: string;
  /** How the kubelet is set; absent where it was not asked. */
  kubelet?: KubeletFacts | Unknown;
}

export interface ClusterFacts {
  server: string;
  /** As the server says it, such as `v1.36.3`. */
  version: string;
  denied: Right[];
  /** What became of a privileged pod in the stack's namespace, tried without making it. */
  podSecurity: "refused" | "admitted" | "unknown";
  storageClasses: { name: string; isDefault: boolean }[];
  nodes: NodeFacts[];
  /** Of those that were asked for. */
  secrets: FoundSecrets;
  namespace: string;
}

/** Throws a UserError where the cluster does not answer. Kubelets are asked where there is a pool that the engine needs. */
export async function gatherClusterFacts(
  cluster: Cluster,
  { pool, engine }: Wanted,
  secretNames: string[],
): Promise<ClusterFacts> {
  const version = await asked(cluster, "ask for its version", api(cluster, VersionApi).getCode());
  const [denied, podSecurity, classes, nodes, ...secrets] = await Promise.all([
    deniedRights(cluster, needed),
    tryPrivileged(cluster),
    asked(cluster, "list storage classes", api(cluster, StorageV1Api).listStorageClass()),
    listNodes(cluster),
    ...secretNames.map((name) => keysOf(cluster, name)),
  ]);
  return {
    server: cluster.server,
    version: version.gitVersion,
    denied,
    podSecurity,
    storageClasses: classes.items.map(({ metadata }) => ({
      name: metadata?.name ?? "",
      isDefault: metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
    })),
    nodes: await withKubelets(cluster, nodes, engine && pool),
    secrets: Object.fromEntries(secretNames.map((name, index) => [name, secrets[index]])),
    namespace: cluster.namespace,
  };
}

/** The keys and nothing of what they hold; without the right to look, the rights' own check says so. */
async function keysOf(cluster: Cluster, name: string): Promise<string[] | undefined> {
  const { namespace } = cluster;
  try {
    const { data } = await api(cluster, CoreV1Api).readNamespacedSecret({ namespace, name });
    return Object.keys(data ?? {}).sort();
  } catch (error) {
    if (error instanceof ApiException) return undefined;
    throw error;
  }
}

export async function listNodes(cluster: Cluster): Promise<NodeFacts[]> {
  return (await asked(cluster, "list the nodes", api(cluster, CoreV1Api).listNode())).items.map(toNodeFacts);
}

async function withKubelets(cluster: Cluster, nodes: NodeFacts[], pool: Wanted["pool"] | undefined) {
  if (pool === undefined) return nodes;
  // Of nodes that could take the engine's pod at all; how large they are is known without asking.
  const any = { cores: 0, memory: 0, hugePages: {} };
  const kubelets = await readKubelets(
    cluster,
    nodes.filter((node) => whyNot(node, any, { pool }).length === 0),
  );
  return nodes.map((node) => {
    const kubelet = kubelets.get(node.name);
    return kubelet === undefined ? node : { ...node, kubelet };
  });
}

export function toNodeFacts({ metadata, spec, status }: V1Node): NodeFacts {
  const { cpu = "0", memory = "0", ...others } = status?.allocatable ?? {};
  const { cpu: all = "0", ...capacity } = status?.capacity ?? {};
  return {
    name: metadata?.name ?? "",
    ready: status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false,
    schedulable: spec?.unschedulable !== true,
    labels: metadata?.labels ?? {},
    taints: spec?.taints ?? [],
    cores: quantity(cpu),
    memory: quantity(memory),
    hugePages: pagesOf(others),
    capacity: { cores: quantity(all), hugePages: pagesOf(capacity) },
    version: status?.nodeInfo?.kubeletVersion ?? "",
  };
}

function pagesOf(resources: Record<string, string>): Record<string, number> {
  const pages = Object.entries(resources).filter(([name]) => name.startsWith("hugepages-"));
  return Object.fromEntries(pages.map(([name, size]) => [name.slice("hugepages-".length), quantity(size)]));
}

export async function deniedRights(cluster: Cluster, rights: readonly Right[]): Promise<Right[]> {
  const access = api(cluster, AuthorizationV1Api);
  const answers = rights.map(async (right) => {
    const { verb, group, resource, subresource, clusterWide } = right;
    const resourceAttributes = {
      verb,
      group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(!clusterWide && { namespace: cluster.namespace }),
    };
    const body = { spec: { resourceAttributes } };
    const { status } = await asked(cluster, "ask for its rights", access.createSelfSubjectAccessReview({ body }));
    return status?.allowed === true ? [] : [right];
  });
  return (await Promise.all(answers)).flat();
}

const privileged = {
  metadata: { name: "horizon-doctor" },
  spec: {
    containers: [{ name: "none", image: "none.invalid/none", securityContext: { privileged: true } }],
  },
};

/** A dry run in the stack's own namespace, which alone says what is enforced there. */
async function tryPrivileged(cluster: Cluster): Promise<ClusterFacts["podSecurity"]> {
  const { namespace } = cluster;
  try {
    await api(cluster, CoreV1Api).createNamespacedPod({ namespace, body: privileged, dryRun: "All" });
    return "admitted";
  } catch (error) {
    if (isNotFound(error) || error instanceof UserError || !(error instanceof ApiException)) return "unknown";
    return /violates PodSecurity/.test(messageOf(error)) ? "refused" : "unknown";
  }
}
