/** Looks around an object that is waited for: its pods, warnings, nodes and logs. */
import type { Api } from "./api.ts";
import { annotation, fields, list, nameOf, namespaceOf, text } from "./objects.ts";
import { failingContainers, isReady } from "./readiness-pods.ts";
import type { Fields } from "./values.ts";
import { type Evidence, NOTHING } from "./verdict.ts";

const POD = { apiVersion: "v1", kind: "Pod" };
const EVENT = { apiVersion: "v1", kind: "Event" };
const NODE = { apiVersion: "v1", kind: "Node" };
const SLICE = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };
const SERVICE = { apiVersion: "v1", kind: "Service" };
const INGRESS_CLASS = { apiVersion: "networking.k8s.io/v1", kind: "IngressClass" };
const STORAGE_CLASS = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" };

const LOG_LINES = 10;
const SHOWN = 3;

export async function gather(api: Api, object: Fields, signal: AbortSignal): Promise<Evidence> {
  const namespace = namespaceOf(object);
  const found: Evidence = { ...NOTHING, now: Date.now() };
  const kind = text(object, "kind");
  if (kind === "Service") {
    const labelSelector = `kubernetes.io/service-name=${nameOf(object)}`;
    return { ...found, slices: await api.list(SLICE, namespace, { labelSelector }, signal) };
  }
  if (kind === "PersistentVolumeClaim") {
    const [storageClasses, events] = await Promise.all([
      api.list(STORAGE_CLASS, "", {}, signal),
      warnings(api, object, [], signal),
    ]);
    return { ...found, storageClasses, events };
  }
  if (kind === "Ingress") {
    const [services, ingressClasses, events] = await Promise.all([
      api.list(SERVICE, namespace, {}, signal),
      api.list(INGRESS_CLASS, "", {}, signal),
      warnings(api, object, [], signal),
    ]);
    return { ...found, services, ingressClasses, events };
  }
  const labelSelector = selectorOf(object);
  const pods =
    kind === "Pod" ? [object] : labelSelector ? await api.list(POD, namespace, { labelSelector }, signal) : [];
  const stranded = pods.some((pod) => text(pod, "spec", "nodeName") === "");
  const [events, nodes] = await Promise.all([
    warnings(api, object, pods, signal),
    stranded ? api.list(NODE, "", {}, signal) : [],
  ]);
  return { ...found, pods, events, nodes };
}

function selectorOf(object: Fields): string {
  const expressions = list(object, "spec", "selector", "matchExpressions").map((item) => {
    const values = list(item, "values").join(",");
    const key = text(item, "key");
    const operators: Record<string, string> = {
      In: `${key} in (${values})`,
      NotIn: `${key} notin (${values})`,
      Exists: key,
    };
    return operators[text(item, "operator")] ?? `!${key}`;
  });
  const labels = Object.entries(fields(object, "spec", "selector", "matchLabels")).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  return [...labels, ...expressions].join(",");
}

async function warnings(api: Api, object: Fields, pods: Fields[], signal: AbortSignal): Promise<Fields[]> {
  const names = new Set([object, ...pods].map(nameOf));
  const events = await api.list(EVENT, namespaceOf(object), { limit: "500" }, signal);
  return events
    .filter((event) => text(event, "type") === "Warning" || text(event, "reason") === "TriggeredScaleUp")
    .filter((event) => {
      const about = text(event, "involvedObject", "name");
      // A ReplicaSet is named after its Deployment.
      return (
        names.has(about) ||
        (text(event, "involvedObject", "kind") === "ReplicaSet" && about.startsWith(`${nameOf(object)}-`))
      );
    })
    .sort((a, b) => timeOf(a).localeCompare(timeOf(b)));
}

const timeOf = (event: Fields): string =>
  text(event, "lastTimestamp") || text(event, "eventTime") || text(event, "metadata", "creationTimestamp");

/** Events and the last log lines of failing containers, for the message of a failure. */
export async function details(api: Api, object: Fields, evidence: Evidence): Promise<string[]> {
  const lines = evidence.events.map((event) => {
    const about = `${text(event, "involvedObject", "kind")} ${text(event, "involvedObject", "name")}`;
    return `event: ${about}: ${text(event, "reason")}: ${text(event, "message")}`;
  });
  const events = [...new Set(lines)].slice(-2 * SHOWN);
  const failing = evidence.pods
    .filter((pod) => !isReady(pod))
    .flatMap((pod) => failingContainers(pod).map((container) => ({ pod: nameOf(pod), ...container })))
    .slice(0, SHOWN);
  const logs = await Promise.all(failing.map((item) => logOf(api, namespaceOf(object), item)));
  return [...events, ...logs.filter((log) => log !== undefined)];
}

async function logOf(api: Api, namespace: string, item: { pod: string; name: string; previous: boolean }) {
  const query = { container: item.name, tailLines: String(LOG_LINES) };
  const before = item.previous ? await api.log(namespace, item.pod, { ...query, previous: "true" }) : undefined;
  const log = before ?? (await api.log(namespace, item.pod, query));
  if (!log?.trim()) return undefined;
  const lines = log
    .trimEnd()
    .split("\n")
    .map((line) => `    | ${line}`);
  return `last lines of ${item.pod}, container ${item.name}:\n${lines.join("\n")}`;
}

/** What keeps an object from going away. */
export function holding(object: Fields): string {
  const finalizers = list(object, "metadata", "finalizers")
    .concat(list(object, "spec", "finalizers"))
    .map(String);
  const remaining = list(object, "status", "conditions")
    .filter((item) => text(item, "status") === "True")
    .map((item) => text(item, "message"));
  const owner = annotation(object, "meta.helm.sh/release-name");
  return [
    finalizers.length > 0
      ? `finalizers ${finalizers.join(", ")}`
      : "no finalizer; its owner or its node has not let go",
    ...remaining,
    ...(owner ? [`Helm release ${owner}`] : []),
  ].join("; ");
}
