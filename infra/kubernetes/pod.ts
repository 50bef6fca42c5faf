/** A workload as a pod template. Pure: names of what it mounts are literals, so nothing has to exist first. */
import type { core, meta } from "@pulumi/kubernetes/types/input.js";
import type { Input } from "@pulumi/pulumi";
import { labels } from "../labels.ts";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { literal, toEnv } from "./env.ts";
import { filesHash, secretsHash, toFileVolumes } from "./files.ts";
import { toProbes } from "./health.ts";
import { toHugePages } from "./latency.ts";
import { toPlacement } from "./placement.ts";
import { priorityOf } from "./priority-class.ts";
import { toGuaranteed, toResources } from "./resources.ts";
import { toScratch } from "./scratch.ts";
import { toStop } from "./stop.ts";
import { isStateful, toStateVolume } from "./volume.ts";

/** Where the platform can't honour a field, and why that is harmless. Everything else is translated or refused. */
export const degradations = {
  "stop.signal":
    "containerd and CRI-O send the signal that the image declares (STOPSIGNAL), and a test holds the images to it; lifecycle.stopSignal is alpha, and an API server without it drops it in silence",
  "scratch.exec": "an emptyDir is always mounted exec; a scratch directory may so do more than it asks, never less",
  "latency.numaNode":
    "the kubelet chooses the memory node, and its single-numa-node policy keeps cores and memory together on it; which one makes no difference",
  "latency.lockMemory": "pods have no limits of their own on locked memory; the node's container runtime sets them",
  "metrics.interval": "scraping is the monitoring's matter, not the platform's",
} as const;

interface PodTemplate {
  metadata: meta.v1.ObjectMeta;
  spec: core.v1.PodSpec;
}

export function toPodTemplate(w: Workload, ctx: Context): PodTemplate {
  const { name, image, command, ports, health, env, files, secrets, state, scratch, replicas = 1, ...others } = w;
  const { resources, latency, user, group = user, stop, peers, needs, metrics, ...edges } = others;
  const { monitors, expose, egress, ...rest } = edges;
  rest satisfies Record<string, never>;
  // Said elsewhere: needs, egress, monitors, peers and the metrics port in the network policies, expose in the exposure.
  void [health, files, secrets, needs, egress, metrics, monitors, peers, expose];
  const { lifecycle, terminationGracePeriodSeconds } = toStop(stop, replicas);
  const mounted = [toFileVolumes(w), toStateVolume(w), toScratch(scratch ?? {}), toHugePages(latency)];
  return {
    metadata: { labels: labels(ctx.stack, name), annotations: toAnnotations(w, ctx) },
    spec: {
      // The pod of a StatefulSet is called after its number; its Service has the workload's name all the same.
      ...(!state && { hostname: name }),
      serviceAccountName: name,
      automountServiceAccountToken: false,
      // A Service called kafka would set KAFKA_PORT, which the broker takes for a setting.
      enableServiceLinks: false,
      securityContext: toPodSecurity(user, group, isStateful(w)),
      ...toPlacement(w, ctx),
      ...priorityOf(w, ctx.stack),
      terminationGracePeriodSeconds,
      containers: [
        {
          name,
          image: image.reference,
          imagePullPolicy: "IfNotPresent",
          ...(command && { command: command.map(literal) }),
          ...listed("env", toEnv(name, env ?? {})),
          ...listed("ports", toPorts(ports)),
          ...toProbes(w),
          resources: latency ? toGuaranteed(resources.memory, latency) : toResources(resources, ctx.size),
          ...(lifecycle && { lifecycle }),
          securityContext: hardened,
          ...listed(
            "volumeMounts",
            mounted.flatMap(({ mounts }) => mounts),
          ),
          terminationMessagePolicy: "FallbackToLogsOnError",
        },
      ],
      ...listed(
        "volumes",
        mounted.flatMap(({ volumes }) => volumes),
      ),
    },
  };
}

/** Decided once, for every container; what Pod Security `restricted` wants, and a read-only root. */
const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  readOnlyRootFilesystem: true,
};

/** Owning group of the state only: it is the one volume that starts out as somebody else's. */
function toPodSecurity(user: number, group: number, stateful: boolean): core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: group,
    // Not at every start: a database refuses a directory whose group may write.
    ...(stateful && { fsGroup: group, fsGroupChangePolicy: "OnRootMismatch" }),
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What changed shows here: content of the image, and hashes of files and secrets. */
function toAnnotations({ image, files = {}, secrets = {} }: Workload, ctx: Context): Record<string, Input<string>> {
  return {
    "cipherhorizon.image": image.content,
    ...(Object.keys(files).length > 0 && { "cipherhorizon.files": filesHash(files) }),
    ...(Object.keys(secrets).length > 0 && { "cipherhorizon.secrets": secretsHash(secrets, ctx.hashKey) }),
  };
}

/** By port, because that is how people look for one. */
function toPorts(ports: Workload["ports"]): core.v1.ContainerPort[] {
  return Object.entries(ports)
    .sort(([, a], [, b]) => a - b)
    .map(([name, containerPort]) => ({ name, containerPort, protocol: "TCP" }));
}

/** An API server gives no empty list back, so none is sent. */
function listed<Key extends string, Item>(key: Key, items: Item[]): { [key in Key]?: Item[] } {
  return items.length > 0 ? ({ [key]: items } as { [key in Key]: Item[] }) : {};
}
