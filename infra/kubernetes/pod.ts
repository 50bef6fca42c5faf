/** A workload as a pod template. Pure: names of what it mounts are literals, so nothing has to exist first. */
import type { core, meta } from "@pulumi/kubernetes/types/input.js";
import type { Input } from "@pulumi/pulumi";
import { labels } from "../labels.ts";
import type { Workload } from "../workload.ts";
import { listed, toContainer } from "./container.ts";
import type { Context } from "./context.ts";
import { filesHash, secretsHash, toFileVolumes } from "./files.ts";
import { toHugePages } from "./latency.ts";
import { toPlacement } from "./placement.ts";
import { priorityOf } from "./priority-class.ts";
import { toScratch } from "./scratch.ts";
import { toStop } from "./stop.ts";
import { isStateful, together, toStateVolume } from "./volume.ts";

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
  const { name, image, command, ports, health, env, files, secrets, secretRefs, state, scratch, ...others } = w;
  const { replicas = 1, resources, latency, user, group = user, stop, peers, needs, metrics, ...edges } = others;
  const { monitors, expose, tls, egress, ...rest } = edges;
  rest satisfies Record<string, never>;
  // Said elsewhere: what its one container is, in that; what it mounts, below; needs, egress, monitors, peers and the metrics
  // port in the network policies, expose and tls in the ways in.
  void [image, command, ports, health, env, resources, files, secrets, secretRefs];
  void [needs, egress, metrics, monitors, peers, expose, tls];
  const { lifecycle, terminationGracePeriodSeconds } = toStop(stop, replicas);
  const volumes = together(toFileVolumes(w), toStateVolume(w), toScratch(scratch ?? {}), toHugePages(latency));
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
      // Here and not on the account: what waits for an image is made anew when a Secret is named, an account's pods aren't.
      ...listed(
        "imagePullSecrets",
        ctx.pullSecrets.map((name) => ({ name })),
      ),
      containers: [{ ...toContainer(w, ctx, volumes), ...(lifecycle && { lifecycle }) }],
      ...listed("volumes", volumes.volumes),
    },
  };
}

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
