/** Differences between two values, each with its path. */
import { type Fields, isFields, isUnknown, type Value } from "./values.ts";

export type Step = string | number;
export interface Change {
  path: Step[];
  kind: "add" | "delete" | "update";
}

/** An unknown always differs: what it will be is known only when it is there. */
export function compare(before: Value | undefined, after: Value | undefined, path: Step[] = []): Change[] {
  if (before === undefined) return after === undefined ? [] : [{ path, kind: "add" }];
  if (after === undefined) return [{ path, kind: "delete" }];
  if (isUnknown(after)) return [{ path, kind: "update" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const indices = [...Array(Math.max(before.length, after.length)).keys()];
    return indices.flatMap((index) => compare(before[index], after[index], [...path, index]));
  }
  if (isFields(before) && isFields(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) => compare(before[key], after[key], [...path, key]));
  }
  return before === after ? [] : [{ path, kind: "update" }];
}

/** A path as the engine writes it: `spec.template.spec.containers[0].image`, `metadata.labels["app.kubernetes.io/name"]`. */
export function format(path: Step[]): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (/[."[\]]/.test(step)) return `["${step.replaceAll('"', '\\"')}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

/** The opposite of `format`. */
export function parse(path: string): Step[] {
  const steps = path.matchAll(/\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]"]+)/g);
  return [...steps].map(([, index, quoted, plain]) => {
    if (index !== undefined) return index === "*" ? index : Number(index);
    return quoted === undefined ? (plain ?? "") : quoted.replaceAll('\\"', '"');
  });
}

/** Whether `path` is `prefix` or lies below it; `*` in the prefix stands for any one step. */
export function isBelow(path: Step[], prefix: Step[]): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === "*" || step === path[index]);
}

/** `object` with the values that `source` has at the paths; where it has none, the object keeps its own. */
export function withValuesOf(source: Fields, object: Fields, paths: Step[][]): Fields {
  return paths.reduce((result, path) => {
    const value = path.reduce<Value | undefined>(
      (found, step) => (found as Record<Step, Value> | undefined | null)?.[step],
      source,
    );
    return value === undefined ? result : (put(result, path, value) as Fields);
  }, object);
}

function put(object: Value | undefined, [step, ...rest]: Step[], value: Value): Value {
  if (step === undefined) return value;
  if (Array.isArray(object) && typeof step === "number") {
    return object.map((item, index) => (index === step ? put(item, rest, value) : item));
  }
  return isFields(object) ? { ...object, [step]: put(object[step], rest, value) } : (object ?? null);
}
