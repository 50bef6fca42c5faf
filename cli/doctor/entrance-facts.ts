/** Reads of a cluster what a stack's way in, and its way to images, depend on. */
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  NetworkingV1Api,
  type V1IngressClass,
  type V1Pod,
} from "@kubernetes/client-node";
import { api, asked, type Cluster } from "../runtime/kubernetes/cluster.ts";
import { deniedRights } from "./cluster-facts.ts";
import { entranceRights, type Right } from "./rights.ts";

/** What can't be looked at with these credentials. */
export const unseen = "unseen";
export type Seen<T> = T | typeof unseen;

/** What the configuration wants of the cluster's own entrance and its Secrets. */
export interface EntranceNeeds {
  kind: "clusterIP" | "loadBalancer" | "ingress" | "gateway";
  host: string;
  port: number | "off";
  ingressClassName?: string | undefined;
  tlsSecretName?: string | undefined;
  parentRefs: { name: string; namespace: string; sectionName?: string | undefined }[];
  from?: { namespace: string; labels: Record<string, string> } | undefined;
  pullSecrets: string[];
}

/** As the Gateway API has it; what is absent has the API's default. */
export interface Listener {
  name: string;
  port: number;
  protocol: string;
  hostname?: string;
  tls?: { mode?: string };
  allowedRoutes?: { namespaces?: { from?: string }; kinds?: { kind: string }[] };
}

export interface EntranceFacts {
  namespace: string;
  /** Whether the stack's namespace is there. */
  made: Seen<boolean>;
  denied: Right[];
  ingressClasses: Seen<{ name: string; isDefault: boolean; controller: string }[]>;
  /** Whether the cluster serves the kind by which a Gateway leads here. */
  routes: Seen<boolean>;
  /** Listeners of each Gateway, in the order of the configuration; undefined where there is no such Gateway. */
  gateways: Seen<Listener[] | undefined>[];
  /** Of the pods that may come in. */
  entering: Seen<{ pods: number; onNodesNetwork: boolean }>;
  /** Secrets to their types; undefined where there is none of that name. */
  secrets: Record<string, Seen<string | undefined>>;
}

const group = "gateway.networking.k8s.io";
const version = "v1";

/** Asks only for what the configuration makes matter. Throws a UserError where the cluster does not answer. */
export async function gatherEntranceFacts(cluster: Cluster, needs: EntranceNeeds): Promise<EntranceFacts> {
  const { kind, parentRefs, from, pullSecrets, tlsSecretName } = needs;
  const names = [...pullSecrets, ...(tlsSecretName === undefined ? [] : [tlsSecretName])];
  const [made, denied, ingressClasses, routes, gateways, entering, secrets] = await Promise.all([
    names.length > 0 ? isMade(cluster) : true,
    deniedRights(cluster, entranceRights(kind)),
    kind === "ingress" ? classes(cluster) : [],
    kind === "gateway" ? servesRoutes(cluster) : true,
    Promise.all(parentRefs.map((ref) => listeners(cluster, ref))),
    from ? pods(cluster, from) : { pods: 0, onNodesNetwork: false },
    Promise.all(names.map(async (name) => [name, await typeOf(cluster, name)] as const)),
  ]);
  const { namespace } = cluster;
  return { namespace, made, denied, ingressClasses, routes, gateways, entering, secrets: Object.fromEntries(secrets) };
}

/** What is there, `absent` where nothing is, and `unseen` where it may not be looked at. */
async function looked<T, A>(cluster: Cluster, what: string, answer: Promise<T>, absent: A): Promise<Seen<T | A>> {
  const found = answer.catch((error: unknown) => {
    if (!(error instanceof ApiException)) throw error;
    if (error.code === 404) return absent;
    if (error.code === 403) return unseen;
    throw error;
  });
  return asked(cluster, what, found as Promise<Seen<T | A>>);
}

const isMade = async (cluster: Cluster): Promise<Seen<boolean>> => {
  const found = api(cluster, CoreV1Api).readNamespace({ name: cluster.namespace });
  return looked(
    cluster,
    "look for the namespace",
    found.then(() => true),
    false,
  );
};

async function classes(cluster: Cluster): Promise<EntranceFacts["ingressClasses"]> {
  const found = api(cluster, NetworkingV1Api)
    .listIngressClass()
    .then(({ items }) => items.map(toClass));
  return looked(cluster, "list Ingress classes", found, []);
}

const toClass = ({ metadata, spec }: V1IngressClass) => ({
  name: metadata?.name ?? "",
  isDefault: metadata?.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
  controller: spec?.controller ?? "",
});

async function servesRoutes(cluster: Cluster): Promise<Seen<boolean>> {
  const found = api(cluster, CustomObjectsApi)
    .getAPIResources({ group, version })
    .then(({ resources }) => resources.some(({ name }) => name === "tlsroutes"));
  return looked(cluster, "ask for the Gateway API", found, false);
}

async function listeners(cluster: Cluster, { name, namespace }: EntranceNeeds["parentRefs"][number]) {
  const found = api(cluster, CustomObjectsApi)
    .getNamespacedCustomObject({ group, version, plural: "gateways", namespace, name })
    .then((gateway: { spec?: { listeners?: Listener[] } }) => gateway.spec?.listeners ?? []);
  return looked(cluster, `look for the Gateway ${name}`, found, undefined);
}

async function pods(cluster: Cluster, { namespace, labels }: NonNullable<EntranceNeeds["from"]>) {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const found = api(cluster, CoreV1Api)
    .listNamespacedPod({ namespace, labelSelector, limit: 50 })
    .then(({ items }: { items: V1Pod[] }) => ({
      pods: items.length,
      onNodesNetwork: items.some(({ spec }) => spec?.hostNetwork === true),
    }));
  return looked(cluster, "look for the pods that may come in", found, { pods: 0, onNodesNetwork: false });
}

/** Of its contents nothing is kept. */
async function typeOf(cluster: Cluster, name: string): Promise<Seen<string | undefined>> {
  const { namespace } = cluster;
  const found = api(cluster, CoreV1Api)
    .readNamespacedSecret({ name, namespace })
    .then(({ type }) => type ?? "Opaque");
  return looked(cluster, `look for the Secret ${name}`, found, undefined);
}
