/** Labels as the provider takes them. */
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
