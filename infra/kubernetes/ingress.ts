/**
 * A way in through the cluster's Ingress controller. It ends TLS, and speaks TLS again to the workload: how, each controller
 * must be told in a way of its own, by annotations. WebSockets pass, because every path leads to the one backend.
 */
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { annotated, exposureName, toPassed } from "./exposure.ts";
import { kindOf, metadata } from "./labels.ts";

export function toIngress(w: Workload, ctx: Context) {
  const passed = toPassed(w, ctx.exposing, "ingress");
  if (!passed) return undefined;
  const { host, annotations, ingressClassName, tlsSecretName = exposureName(w.name) } = ctx.exposing;
  const backend = { service: { name: w.name, port: { name: passed.port } } };
  return {
    ...kindOf("networking.k8s.io/v1", "Ingress"),
    metadata: { ...metadata(ctx, w.name, exposureName(w.name)), ...annotated(annotations) },
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      tls: [{ hosts: [host], secretName: tlsSecretName }],
      rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
    },
  };
}
