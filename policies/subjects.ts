/** Which subjects there are in a resource, and in a stack of them. */
import { type Container, containerType } from "./docker/container.ts";
import { ContainerUnit } from "./docker/unit.ts";
import { namespaceOf, resourcesOf, serviceOf, stackOf } from "./kubernetes/cluster.ts";
import { ingressOf, routeKinds, routeOf } from "./kubernetes/entrance.ts";
import { podsOf } from "./kubernetes/pods.ts";
import { PodUnit } from "./kubernetes/unit.ts";
import type { Subjects, Unit } from "./picture.ts";
import { known } from "./unknown.ts";

export interface Resource {
  type: string;
  name: string;
  props: object;
}

/** A subject, its kind, and the words for where it is. */
export type Found = {
  [Kind in keyof Subjects]: { kind: Kind; where: string; subject: Subjects[Kind] };
}[keyof Subjects];

export const subjectsOf = (resources: readonly Resource[]): Found[] => [
  ...resources.flatMap(subjectsIn),
  { kind: "stack", where: "the stack", subject: stackOf(resources) },
];

function subjectsIn({ type, name, props }: Resource): Found[] {
  if (type === containerType) return withProcesses(`container ${name}`, new ContainerUnit(props as Container));
  return [
    ...podsOf(type, props).flatMap(({ kind, pod }) => withProcesses(`${kind} ${name}`, new PodUnit(pod, kind))),
    ...resourcesOf("Service", type, props).map(
      (found): Found => ({ kind: "service", where: `Service ${name}`, subject: serviceOf(found) }),
    ),
    ...resourcesOf("Ingress", type, props).map(
      (found): Found => ({ kind: "entrance", where: `Ingress ${name}`, subject: ingressOf(found) }),
    ),
    ...routeKinds.flatMap((kind) =>
      resourcesOf(kind, type, props).map(
        (found): Found => ({ kind: "entrance", where: `${kind} ${name}`, subject: routeOf(found) }),
      ),
    ),
    ...resourcesOf("Namespace", type, props).map(
      (found): Found => ({ kind: "namespace", where: `Namespace ${name}`, subject: namespaceOf(found) }),
    ),
  ];
}

const withProcesses = (where: string, unit: Unit): Found[] => [
  { kind: "unit", where, subject: unit },
  ...(known(() => unit.processes) ?? []).map(
    (subject): Found => ({
      kind: "process",
      where: subject.name === "" ? where : `${where}, container ${subject.name}`,
      subject,
    }),
  ),
];
