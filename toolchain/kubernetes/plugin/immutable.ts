/**
 * Fields that can't be changed on an object that exists, so that a change replaces it. The table is the official plugin's
 * with a few deliberate differences, which README.md gives reasons for. A field that it misses is never replaced for: the
 * API server refuses the update and says so.
 */
import { isBelow, parse, type Step } from "./compare.ts";
import { at, groupOf, text } from "./objects.ts";
import type { Fields } from "./values.ts";

export interface Mutability {
  /** `enableConfigMapMutable` and `enableSecretMutable`: change them in place instead of replacing them. */
  configMaps: boolean;
  secrets: boolean;
}

const IDENTITY = ["metadata.name", "metadata.namespace"];
const CLAIM = [
  "accessModes",
  "dataSource",
  "dataSourceRef",
  "selector",
  "storageClassName",
  "volumeMode",
  "volumeName",
];
const STATEFUL_SET = ["podManagementPolicy", "selector", "serviceName", "volumeClaimTemplates"];
/** All of a pod's spec but its tolerations and its deadline; a pod with a new image is a new pod. */
const POD = [
  ...["affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases"],
  ...[
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "initContainers",
    "nodeName",
    "nodeSelector",
  ],
  ...["overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates", "restartPolicy"],
  ...["runtimeClassName", "schedulerName", "securityContext", "serviceAccount", "serviceAccountName"],
  ...["shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "topologySpreadConstraints", "volumes"],
  ...["args", "command", "env", "envFrom", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports"].map(
    inContainer,
  ),
  ...["readinessProbe", "resources", "securityContext", "startupProbe", "stdin", "tty", "volumeMounts"].map(
    inContainer,
  ),
  ...["volumeDevices", "workingDir", "name"].map(inContainer),
];
const VOLUME = [
  ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"],
  ...["gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume"],
  ...["quobyte", "rbd", "scaleIO", "storageos", "volumeMode", "vsphereVolume"],
];
const STORAGE_CLASS = ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"];

const TABLE: Record<string, string[]> = {
  "/PersistentVolume": below("spec", VOLUME),
  "/PersistentVolumeClaim": below("spec", CLAIM),
  "/Pod": below("spec", POD),
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": below("spec", STATEFUL_SET),
  "batch/Job": below("spec", ["completionMode", "completions", "selector", "template"]),
  "networking.k8s.io/IngressClass": ["spec.controller"],
  "node.k8s.io/RuntimeClass": ["handler"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "scheduling.k8s.io/PriorityClass": ["preemptionPolicy", "value"],
  "storage.k8s.io/CSIDriver": ["spec.attachRequired", "spec.fsGroupPolicy", "spec.volumeLifecycleModes"],
  "storage.k8s.io/StorageClass": STORAGE_CLASS,
};

/** Paths whose change replaces the object that `inputs` describe. */
export function immutablePaths(inputs: Fields, mutability: Mutability): Step[][] {
  const key = `${groupOf(text(inputs, "apiVersion"))}/${text(inputs, "kind")}`;
  return [...IDENTITY, ...(TABLE[key] ?? []), ...contentPaths(key, inputs, mutability)].map(parse);
}

/** A program that reads a ConfigMap or Secret at its start sees a change only in a new one, so that is the default. */
function contentPaths(key: string, inputs: Fields, { configMaps, secrets }: Mutability): string[] {
  const frozen = at(inputs, "immutable") === true;
  if (key === "/ConfigMap") return configMaps && !frozen ? [] : ["binaryData", "data"];
  if (key === "/Secret") return ["type", ...(secrets && !frozen ? [] : ["data", "stringData"])];
  return [];
}

export function isImmutable(path: Step[], immutable: Step[][]): boolean {
  // A change above an immutable field, such as a whole spec that is added or removed, changes that field too.
  return immutable.some((prefix) => isBelow(path, prefix) || isBelow(prefix, path));
}

function below(parent: string, names: string[]): string[] {
  return names.map((name) => `${parent}.${name}`);
}

function inContainer(name: string): string {
  return `containers[*].${name}`;
}
