/** Who turns descriptions into something: a cluster's objects, or a file of them. The platform doesn't know which. */
import type { ComponentResourceOptions, Input, Output, Resource } from "@pulumi/pulumi";
import type { ServiceSource } from "../platform.ts";
import type { Image, Workload } from "../workload.ts";
import type { toNamespace } from "./namespace.ts";
import type { toDefaultDeny } from "./network-policy.ts";
import type { Objects } from "./objects.ts";
import type { toPriorityClasses } from "./priority-class.ts";

/** What the stack has once. */
export interface Shared {
  namespace: ReturnType<typeof toNamespace>;
  defaultDeny: ReturnType<typeof toDefaultDeny>;
  priorityClasses: ReturnType<typeof toPriorityClasses>;
}

export interface Made {
  /** What those who need the workload wait for. */
  resources: Resource[];
  /** Resolves when its pods are ready. */
  ready: Output<unknown>;
}

export interface Maker {
  readonly hashKey: Input<string>;
  shared(shared: Shared): void;
  builtImage(source: ServiceSource, title: string, opts: ComponentResourceOptions): Image;
  workload(w: Workload, objects: Objects, after: Resource[], opts: ComponentResourceOptions): Made;
}
