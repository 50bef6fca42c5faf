/**
 * The certificate of a workload behind an Ingress, in the one shape that controllers read: they show it to clients where the user
 * brings none, and know by its authority (`ca.crt`) whether it is the workload that answers them.
 */
import type { Input } from "@pulumi/pulumi";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { exposureName, toPassed } from "./exposure.ts";
import { kindOf, metadata } from "./labels.ts";
import { encoded } from "./secret.ts";

export function toCertificate(w: Workload, ctx: Context) {
  const passed = toPassed(w, ctx.exposing, "ingress");
  if (!passed) return undefined;
  const held = { ...w.files, ...w.secrets };
  const data = Object.entries(certificateKeys(passed)).map(
    ([key, path]) => [key, encoded(held[path] as Input<string>)] as const,
  );
  return {
    ...kindOf("v1", "Secret"),
    metadata: metadata(ctx, w.name, exposureName(w.name)),
    type: "kubernetes.io/tls",
    data: Object.fromEntries(data),
  };
}

/** The API's names for what stands at these paths of the workload. */
export const certificateKeys = ({ certificate, key, authority }: NonNullable<Workload["tls"]>) => ({
  "tls.crt": certificate,
  "tls.key": key,
  "ca.crt": authority,
});
