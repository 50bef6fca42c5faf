/**
 * Values that a preview doesn't know yet.
 *
 * A callback that touches one turns its whole policy into an advisory remark, even a mandatory one. So what must not be
 * there is read through `known` or `items`, which leave the unknown out; what must be there is read plainly, and a check
 * that meets an unknown on its way is put off until the update knows it.
 */
import { UnknownValueError } from "@pulumi/policy";

/** A patch leaves to others what it doesn't name, so that is as unknown as an output. */
class LeftOut extends Error {}

/** What is read; undefined also while it is unknown. */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError || error instanceof LeftOut) return undefined;
    throw error;
  }
}

/** The items of a list that are known; none of a list that is absent or unknown as a whole. */
export function items<T>(read: () => readonly T[] | null | undefined): NonNullable<T>[] {
  const list = known(read) ?? [];
  return Array.from({ length: list.length }, (_, i) => known(() => list[i])).filter((item) => item != null);
}

/** The same value, in which whatever is absent counts as unknown. */
export function partial<T extends object>(value: T): T {
  return new Proxy(value, {
    get: (target, key) => {
      const field: unknown = Reflect.get(target, key);
      if (typeof field === "object" && field !== null) return partial(field);
      if (field == null && typeof key === "string" && !Array.isArray(target)) throw new LeftOut(key);
      return field;
    },
  });
}

/** A field whose absence means its default, in a patch too. */
export const written = <T extends object, K extends keyof T>(value: T, key: K): T[K] | undefined =>
  key in value ? value[key] : undefined;
