/** Manifests as text: keys sorted, so that a difference is one of content. */
import { stringify } from "yaml";

export function toYaml(manifests: readonly unknown[]): string {
  // kubectl reads YAML 1.1, where a bare `off` is a boolean.
  const options = { version: "1.1" as const, sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false };
  return manifests.map((manifest) => `---\n${stringify(manifest, options)}`).join("");
}
