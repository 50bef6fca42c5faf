/** The secrets of a workload, marked as such in the state, and encoded by us: what the API server gives back is then the same. */
import { type Input, output, secret } from "@pulumi/pulumi";
import type { Workload } from "../workload.ts";
import type { Context } from "./context.ts";
import { keyOf } from "./files.ts";
import { kindOf, metadata } from "./labels.ts";

export function toSecret(w: Workload, ctx: Context) {
  const { secrets = {} } = w;
  const paths = Object.keys(secrets).sort();
  if (paths.length === 0) return undefined;
  const data = Object.fromEntries(paths.map((path) => [keyOf(path), encoded(secrets[path] as Input<string>)]));
  return { ...kindOf("v1", "Secret"), metadata: metadata(ctx, w.name), type: "Opaque", data };
}

export const encoded = (content: Input<string>) =>
  secret(output(content).apply((text) => Buffer.from(text).toString("base64")));
