/** Manifests as text: keys sorted, so that a difference is one of content. */
import { stringify } from "yaml";

export function toYaml(manifests: readonly unknown[]): string {
  const options = { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false };
  return manifests.map((manifest) => `---\n${stringify(manifest, options)}`).join("");
}
