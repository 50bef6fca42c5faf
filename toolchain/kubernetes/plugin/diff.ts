/** What a change of inputs does to an object: nothing, an update, or a replacement. No I/O; the dry run comes in as a value. */
import { type Change, compare, isBelow, parse, type Step } from "./compare.ts";
import { immutablePaths, isImmutable, type Mutability } from "./immutable.ts";
import { AUTONAMED } from "./names.ts";
import { fields, nameOf, namespaceOf, text } from "./objects.ts";
import { inShapeOf } from "./shape.ts";
import { type Fields, isUnknown } from "./values.ts";

export interface Before {
  /** The inputs and the live object of the last state. */
  inputs: Fields;
  live: Fields;
}

export interface Settings {
  mutability: Mutability;
  /** Paths that the program told the engine to ignore. */
  ignore: string[];
}

export interface ObjectDiff {
  changes: (Change & { replace: boolean })[];
  deleteBeforeReplace: boolean;
}

const NO_DIFF: ObjectDiff = { changes: [], deleteBeforeReplace: false };

/**
 * `dryRun` is what the API server would make of the new inputs. Without it they are compared as they are written:
 * `1000m` and `1` differ then.
 */
export function diffObject(before: Before, news: Fields, settings: Settings, dryRun?: Fields): ObjectDiff {
  const wanted = dryRun ? inShapeOf(news, dryRun) : news;
  const ignored = settings.ignore.map(parse);
  const changes = compare(inShapeOf(withKind(before.inputs, news), before.live), wanted).filter(
    ({ path }) => !isServerSide(path) && !ignored.some((prefix) => isBelow(path, prefix)),
  );
  if (changes.length === 0) return NO_DIFF;
  const immutable = immutablePaths(news, settings.mutability);
  const marked = changes.map((change) => ({ ...change, replace: isImmutable(change.path, immutable) }));
  return {
    changes: marked,
    deleteBeforeReplace: marked.some(({ replace }) => replace) && keepsName(before.live, news),
  };
}

/** The dry run is worth its time only where the inputs alone show an update, to see whether it changes anything. */
export function needsDryRun({ changes }: ObjectDiff): boolean {
  return changes.length > 0 && !changes.some(({ replace }) => replace);
}

/** A new object can't live beside the old one under the same name, unless we chose the name and can choose another. */
function keepsName(live: Fields, news: Fields): boolean {
  if (text(news, "metadata", "annotations", AUTONAMED) === "true") return false;
  const name = nameOf(news);
  return name !== "" && !isUnknown(name) && name === nameOf(live) && namespaceOf(news) === namespaceOf(live);
}

/** Fields that only the API server writes; inputs taken from a live object may carry them. */
function isServerSide([first, second]: Step[]): boolean {
  if (first === "status") return true;
  const written = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
  return first === "metadata" && typeof second === "string" && written.includes(second);
}

/** Inputs of states that were imported or made by older SDKs may lack what every input has since. */
function withKind(inputs: Fields, news: Fields): Fields {
  const metadata = { ...fields(inputs, "metadata") };
  for (const key of ["name", "namespace"])
    if (key in fields(news, "metadata")) metadata[key] = fields(news, "metadata")[key] ?? "";
  return { ...inputs, apiVersion: news.apiVersion ?? "", kind: news.kind ?? "", metadata };
}
