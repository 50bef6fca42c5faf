/** Helpers for the tests of both platforms. */
import { type Input, output } from "@pulumi/pulumi";

/** A value with every output in it replaced by what it holds. */
export function resolved<T>(value: Input<T>): Promise<unknown> {
  return new Promise((resolve) => output(value).apply((plain) => resolve(plain)));
}

/** Keys sorted all the way down, so that a golden file's diff shows only what changed. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
