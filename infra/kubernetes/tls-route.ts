/**
 * A way in through a Gateway of the cluster, by the name that a client asks for in its TLS greeting. The connection passes
 * unopened: the workload ends TLS itself, with its own certificate, and nobody between reads along.
 */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { annotated, exposureName, toPassed } from "./exposure.ts";
import { kindOf, metadata } from "./labels.ts";

export function toTlsRoute(w: Workload, ctx: Context) {
  const passed = toPassed(w, ctx.exposing, "gateway");
  if (!passed) return undefined;
  const { host, annotations, parentRefs } = ctx.exposing;
  return {
    ...kindOf("gateway.networking.k8s.io/v1", "TLSRoute"),
    metadata: { ...metadata(ctx, w.name, exposureName(w.name)), ...annotated(annotations) },
    spec: {
      parentRefs: parentRefs.map(({ name, namespace, sectionName }) => ({
        name,
        namespace,
        ...(sectionName !== undefined && { sectionName }),
      })),
      hostnames: [host],
      rules: [{ backendRefs: [{ name: w.name, port: w.ports[passed.port] as number }] }],
    },
  };
}
