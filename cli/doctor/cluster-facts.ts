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

/** Throws a UserError where the cluster does not answer. */
export async function gatherClusterFacts(cluster: Cluster, secretNames: string[]): Promise<ClusterFacts> {
  const version = await asked(cluster, "ask for its version", api(cluster, VersionApi).getCode());
  const [denied, podSecurity, classes, nodes, ...secrets] = await Promise.all([
    deniedRights(cluster, needed),
    tryPrivileged(cluster),
    asked(cluster, "list storage classes", api(cluster, StorageV1Api).listStorageClass()),
    asked(cluster, "list the nodes", api(cluster, CoreV1Api).listNode()),
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
    nodes: nodes.items.map(toNodeFacts),
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

export function toNodeFacts({ metadata, spec, status }: V1Node): NodeFacts {
  const { cpu = "0", memory = "0", ...others } = status?.allocatable ?? {};
  const pages = Object.entries(others).filter(([name]) => name.startsWith("hugepages-"));
  return {
    name: metadata?.name ?? "",
    ready: status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false,
    schedulable: spec?.unschedulable !== true,
    labels: metadata?.labels ?? {},
    taints: spec?.taints ?? [],
    cores: quantity(cpu),
    memory: quantity(memory),
    hugePages: Object.fromEntries(pages.map(([name, size]) => [name.slice("hugepages-".length), quantity(size)])),
  };
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
