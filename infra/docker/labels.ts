/** Labels as the provider takes them. */

/** Says what files and secrets a container runs with, as a keyed hash: it shows a change and tells nothing of the content. */
export const contentLabel = "cipherhorizon.content";

export interface Label<T> {
  label: string;
  value: T;
}

/** The provider's list form, in a fixed order. */
export function labelList<T>(record: Record<string, T>): Label<T>[] {
  return Object.keys(record)
    .sort()
    .map((label) => ({ label, value: record[label] as T }));
}
