/** Quantities in the one spelling that an API server gives back, so that a read-back shows no change. */
import { bytes } from "../units.ts";
import type { Size } from "../workload.ts";

/** Rounded up to a thousandth of a core. */
export function cores(amount: number): string {
  // Not 0.07 * 1000 = 70.00000000000001, which would round up.
  const milli = Math.ceil(Number((amount * 1000).toFixed(6)));
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** The largest unit that leaves a whole number: 1024Mi is 1Gi. */
export function binary(amount: number): string {
  for (const [unit, size] of [
    ["Ti", 1024 ** 4],
    ["Gi", 1024 ** 3],
    ["Mi", 1024 ** 2],
    ["Ki", 1024],
  ] as const) {
    if (amount % size === 0) return `${amount / size}${unit}`;
  }
  return String(amount);
}

export const storage = (size: Size): string => binary(bytes(size));
