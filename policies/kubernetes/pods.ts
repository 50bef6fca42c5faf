/** The one place that knows where each kind keeps its pods. */
import { items, known, partial } from "../unknown.ts";
import type { Metadata, Pod } from "./pod.ts";

/** The path from a resource to its pod, by kind. */
const paths: Record<string, readonly string[]> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

export const podKinds: readonly string[] = Object.keys(paths);

/** Any version of the groups that have such kinds; a custom resource with the same kind is something else. */
const token = /^kubernetes:(core|apps|batch|extensions)\/\w+:([A-Za-z]+?)(Patch|List)?$/;

export interface FoundPod {
  kind: string;
  /** Of the resource that holds it, absent while unknown. */
  namespace: string | undefined;
  pod: Pod;
}

/** The pods of a resource: none for a kind that has none, or while they are unknown; several for a list. */
export function podsOf(type: string, props: object): FoundPod[] {
  const [, , kind = "", form] = token.exec(type) ?? [];
  const path = paths[kind];
  if (path === undefined) return [];
  const resources =
    form === "List" ? items(() => (props as { items?: object[] }).items) : [form === "Patch" ? partial(props) : props];
  return resources.flatMap((resource) => {
    const pod = known(() => path.reduce<unknown>((value, step) => value && (value as Fields)[step], resource));
    const namespace = known(() => (resource as { metadata?: Metadata }).metadata?.namespace ?? "default");
    return pod ? [{ kind, namespace, pod: pod as Pod }] : [];
  });
}

type Fields = Record<string, unknown>;
