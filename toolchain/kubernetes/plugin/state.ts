/**
 * What is kept of an object in Pulumi's state, in the official plugin's form, so that one can take over from the other:
 * the live object as outputs, and beside them `__inputs`, `__initialApiVersion` and `__fieldManager`.
 */
import { fields, isSet, text, without } from "./objects.ts";
import { inShapeOf } from "./shape.ts";
import { conceal, type Fields, isFields, markLike, reveal, secret, type Value } from "./values.ts";

export const FIELD_MANAGER = "pulumi-kubernetes";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export interface State {
  inputs: Fields;
  live: Fields;
  initialApiVersion: string;
  fieldManager: string;
}

/** `inputs` as the engine sent them, with their secrets; the outputs get the same. */
export function checkpoint(inputs: Fields, live: Fields, earlier?: State): Fields {
  return {
    ...markedOutputs(inputs, live),
    __inputs: markSecretKind(markLike(inputs, inputs) as Fields),
    __initialApiVersion: earlier?.initialApiVersion || text(inputs, "apiVersion"),
    __fieldManager: fieldManager(reveal(inputs) as Fields, earlier),
  };
}

/** The manager under which our fields are owned: the annotation's, the state's, else ours. */
export function fieldManager(inputs: Fields, earlier?: State): string {
  return (
    text(inputs, "metadata", "annotations", "pulumi.com/patchFieldManager") || earlier?.fieldManager || FIELD_MANAGER
  );
}

export function markedOutputs(inputs: Fields, live: Fields): Fields {
  return markSecretKind(markLike(conceal(live), inputs) as Fields);
}

/** All data of a Secret are secret, whether or not the program said so; kubectl's copy of them too. */
export function markSecretKind(object: Fields): Fields {
  if (text(object, "kind") !== "Secret") return object;
  const marked = { ...object };
  for (const key of ["data", "stringData"]) if (marked[key] !== undefined) marked[key] = secret(marked[key]);
  const annotations = fields(object, "metadata", "annotations");
  if (!(LAST_APPLIED in annotations)) return marked;
  const hidden = { ...annotations, [LAST_APPLIED]: secret(annotations[LAST_APPLIED] ?? "") };
  return { ...marked, metadata: { ...fields(object, "metadata"), annotations: hidden } };
}

/** The state of a resource, secrets unwrapped. */
export function readState(properties: Fields): State {
  const { __inputs, __initialApiVersion, __fieldManager, ...live } = reveal(properties) as Fields;
  return {
    inputs: isFields(__inputs) ? __inputs : {},
    live,
    initialApiVersion: typeof __initialApiVersion === "string" ? __initialApiVersion : "",
    fieldManager: typeof __fieldManager === "string" ? __fieldManager : "",
  };
}

/** The inputs that a live object amounts to: as the program wrote them but with live values; all of them on import. */
export function inputsOf(live: Fields, inputs: Fields): Fields {
  if (Object.keys(reveal(inputs) as Fields).length === 0) return markSecretKind(importedInputs(live));
  return markSecretKind(markLike(conceal(inShapeOf(reveal(inputs) as Fields, live)), inputs) as Fields);
}

function importedInputs(live: Fields): Fields {
  const { status: _, ...declared } = conceal(live) as Fields;
  const written = ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
  const cleaned = written.reduce((object, key) => without(object, "metadata", key), declared);
  const plain = without(cleaned, "metadata", "annotations", LAST_APPLIED);
  return without(plain, "metadata", "annotations", "deployment.kubernetes.io/revision");
}

/** What is sent to the API server: a Secret's stringData as data, since server-side apply can't own write-only fields. */
export function manifestOf(inputs: Fields): Fields {
  const revealed = reveal(inputs) as Fields;
  if (text(revealed, "kind") !== "Secret" || !isFields(revealed.stringData)) return revealed;
  const { stringData, ...object } = revealed;
  const encode = ([key, value]: [string, Value]) => [key, Buffer.from(String(value)).toString("base64")];
  const encoded = Object.fromEntries(Object.entries(stringData as Fields).map(encode));
  return { ...object, data: { ...fields(object, "data"), ...encoded } };
}

export const skipsAwait = (inputs: Fields): boolean => isSet(inputs, "pulumi.com/skipAwait");
