/** Sizes, durations and processor time: text with a unit at the edge, plain numbers inside. */
import type { Duration, Size } from "./workload.ts";

export const sizePattern = /^([1-9][0-9]{0,8})(Ki|Mi|Gi)$/;
export const durationPattern = /^([1-9][0-9]{0,8})(ms|s|m)$/;
/** How long data is kept; longer units than a health check needs. */
export const retentionPattern = /^([1-9][0-9]{0,4})(h|d)$/;

const sizeUnits = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 } as const;
const timeUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A span kept in hours or days. */
export type Retention = `${number}${"h" | "d"}`;

export function bytes(size: Size): number {
  const [amount, unit] = taken(sizePattern, size, "a size such as 512Mi");
  return amount * sizeUnits[unit as keyof typeof sizeUnits];
}

export function mebibytes(size: Size): number {
  return bytes(size) / sizeUnits.Mi;
}

export function milliseconds(time: Duration | Retention): number {
  const pattern = retentionPattern.test(time) ? retentionPattern : durationPattern;
  const [amount, unit] = taken(pattern, time, "a duration such as 10s");
  return amount * timeUnits[unit as keyof typeof timeUnits];
}

/** The one spelling that Go's time package gives back (`1m30s`, never `90s`), so that a read-back shows no change. */
export function goDuration(ms: number): string {
  if (ms < 1000) return ms === 0 ? "0s" : `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

function taken(pattern: RegExp, text: string, kind: string): [number, string] {
  const match = pattern.exec(text);
  if (!match) throw new TypeError(`${JSON.stringify(text)} is not ${kind}`);
  return [Number(match[1]), match[2] as string];
}
