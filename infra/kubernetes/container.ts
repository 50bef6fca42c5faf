/** The one container of a workload's pod. */
import type { core } from "@pulumi/kubernetes/types/input.js";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { literal, toEnv } from "./env.ts";
import { toProbes } from "./health.ts";
import { toGuaranteed, toResources } from "./resources.ts";
import type { Volumes } from "./volume.ts";

export function toContainer(w: Workload, ctx: Context, { mounts }: Volumes): core.v1.Container {
  const { name, image, command, env = {}, ports, resources, latency } = w;
  return {
    name,
    image: image.reference,
    imagePullPolicy: "IfNotPresent",
    ...(command && { command: command.map(literal) }),
    ...listed("env", toEnv(name, env)),
    ...listed("ports", toPorts(ports)),
    ...toProbes(w),
    resources: latency ? toGuaranteed(resources.memory, latency) : toResources(resources, ctx.size),
    ...listed("volumeMounts", mounts),
    securityContext: hardened,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** Decided once, for every container; what Pod Security `restricted` wants, and a read-only root. */
const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  readOnlyRootFilesystem: true,
};

/** By port, because that is how people look for one. */
function toPorts(ports: Workload["ports"]): core.v1.ContainerPort[] {
  return Object.entries(ports)
    .sort(([, a], [, b]) => a - b)
    .map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" }));
}

/** An API server gives no empty list back, so none is sent. */
export function listed<Key extends string, Item>(key: Key, items: Item[]): { [key in Key]?: Item[] } {
  return items.length > 0 ? ({ [key]: items } as { [key in Key]: Item[] }) : {};
}
