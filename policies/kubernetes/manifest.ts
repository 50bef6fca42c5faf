/** A manifest as the resource that Pulumi would make of it. */
import type { Resource } from "../subjects.ts";
import type { Metadata } from "./pod.ts";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata?: Metadata;
}

/** In Pulumi's type tokens the group without a name is called core. */
export const resourceOf = (manifest: Manifest): Resource => ({
  type: `kubernetes:${manifest.apiVersion.includes("/") ? "" : "core/"}${manifest.apiVersion}:${manifest.kind}`,
  name: manifest.metadata?.name ?? manifest.kind,
  props: manifest,
});
