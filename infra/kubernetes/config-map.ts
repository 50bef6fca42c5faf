/** The files of a workload that aren't secret. */
import type { Input } from "@pulumi/pulumi";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { keyOf } from "./files.ts";
import { kindOf, metadata } from "./labels.ts";

export function toConfigMap(w: Workload, ctx: Context) {
  const { files = {} } = w;
  const paths = Object.keys(files).sort();
  if (paths.length === 0) return undefined;
  const data = Object.fromEntries(paths.map((path) => [keyOf(path), files[path] as Input<string>]));
  return { ...kindOf("v1", "ConfigMap"), metadata: metadata(ctx, w.name), data };
}
