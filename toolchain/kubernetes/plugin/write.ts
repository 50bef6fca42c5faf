/** Creates and updates objects by server-side apply, then waits until they do what they are for. */
import { setTimeout as sleep } from "node:timers/promises";
import { parse, withValuesOf } from "./compare.ts";
import { UnknownKind } from "./discovery.ts";
import { cannotDryRun, isNamespaceMissing } from "./failures.ts";
import { at, idOf, kindOf, label, nameOf, namespaceOf, text, withValue } from "./objects.ts";
import { awaited, timeoutOf } from "./readiness.ts";
import { Refusal } from "./refusal.ts";
import type { Session } from "./session.ts";
import { checkpoint, fieldManager, manifestOf, type State, skipsAwait } from "./state.ts";
import { type Fields, hasUnknown, reveal, UNKNOWN } from "./values.ts";
import { DELETE_MINUTES, waitGone, waitReady } from "./wait.ts";

export interface Write {
  urn: string;
  inputs: Fields;
  preview: boolean;
  /** Of customTimeouts; 0 where it says nothing. */
  timeoutSeconds: number;
  /** What was there before, on an update. */
  before?: State;
  ignoreChanges?: string[];
}

export interface Written {
  id: string;
  properties: Fields;
}

/** The object is there but not ready: its state is kept, and the next update waits again. */
export class NotReady extends Error {
  readonly id: string;
  readonly properties: Fields;
  readonly inputs: Fields | undefined;
  readonly reasons: string[];

  constructor(what: string, id: string, reasons: string[], properties: Fields, inputs?: Fields) {
    super(`${what} is there but not ready`);
    this.name = "NotReady";
    this.id = id;
    this.reasons = reasons;
    this.properties = properties;
    this.inputs = inputs;
  }
}

export async function write(session: Session, request: Write): Promise<Written> {
  return request.preview ? preview(session, request) : perform(session, request);
}

/** What the server would make of it; the inputs as they are where it can't say. */
async function preview(session: Session, request: Write): Promise<Written> {
  const asGiven = { id: "", properties: request.inputs };
  if (hasUnknown(request.inputs)) return asGiven;
  const api = session.api(`preview ${request.urn}`);
  const manifest = await manifestFor(session, request);
  try {
    if (!request.before && !session.settings.upsertExistingObjects && (await find(session, manifest))) return asGiven;
    const { object, warnings } = await api.apply(manifest, {
      ...applyOptions(session, request, manifest),
      dryRun: true,
    });
    session.report(request.urn, warnings);
    return {
      id: "",
      properties: checkpoint(request.inputs, request.before ? object : unborn(object, manifest), request.before),
    };
  } catch (error) {
    if (error instanceof UnknownKind && !api.discovery.isAnnounced(kindOf(manifest)))
      session.report(request.urn, [`${error.message.split("\n")[0]}: the update will fail unless it does by then`]);
    if (error instanceof UnknownKind || isNamespaceMissing(error) || cannotDryRun(error)) return asGiven;
    throw error;
  }
}

async function perform(session: Session, request: Write): Promise<Written> {
  const { urn, inputs, before } = request;
  const api = session.api(before ? "update an object" : "create an object");
  const manifest = await manifestFor(session, request);
  const { object, warnings } = await patiently(session, urn, async () => {
    if (!before) await requireFree(session, request, manifest);
    return api.apply(manifest, applyOptions(session, request, manifest));
  });
  session.report(urn, warnings);
  const kind = skipsAwait(manifest) ? undefined : awaited(object);
  if (!kind) return { id: idOf(object), properties: checkpoint(inputs, object, before) };
  const { live, reasons } = await waitReady(api, object, {
    timeoutMs: timeoutOf(manifest, request.timeoutSeconds, kind.minutes),
    signal: session.signal,
    onStatus: (message) => session.host.status(urn, message),
  });
  const properties = checkpoint(inputs, live, before);
  if (reasons.length > 0) throw new NotReady(label(object), idOf(object), reasons, properties);
  return { id: idOf(object), properties };
}

/** Paths that the program ignores are sent as the cluster has them, so that they neither change nor conflict. */
async function manifestFor(session: Session, { inputs, before, ignoreChanges = [] }: Write): Promise<Fields> {
  const manifest = manifestOf(inputs);
  if (!before || ignoreChanges.length === 0) return manifest;
  const api = session.api("read what changes to ignore");
  const live = await api.get(kindOf(manifest), namespaceOf(manifest), nameOf(manifest), session.signal);
  return live ? withValuesOf(live, manifest, ignoreChanges.map(parse)) : manifest;
}

function applyOptions(session: Session, { before }: Write, manifest: Fields) {
  return { fieldManager: fieldManager(manifest, before), force: session.forces(manifest), signal: session.signal };
}

async function find(session: Session, manifest: Fields): Promise<Fields | undefined> {
  const api = session.api("look for an object");
  return api.get(kindOf(manifest), namespaceOf(manifest), nameOf(manifest), session.signal);
}

/** An object that is just being deleted, by a replacement that did not wait for it, makes room for the new one. */
async function requireFree(session: Session, { urn, timeoutSeconds }: Write, manifest: Fields): Promise<void> {
  const there = await find(session, manifest);
  if (!there) return;
  if (text(there, "metadata", "deletionTimestamp") !== "") {
    await waitGone(session.api("wait for a deletion"), kindOf(manifest), there, {
      timeoutMs: timeoutOf(manifest, timeoutSeconds, DELETE_MINUTES),
      signal: session.signal,
      onStatus: (message) => session.host.status(urn, `its predecessor is ${message}`),
    });
  } else if (!session.settings.upsertExistingObjects) throw taken(manifest);
}

/** A namespace or a definition that is created at the same time is there a moment later. */
async function patiently<T>(session: Session, urn: string, action: () => Promise<T>): Promise<T> {
  for (const seconds of [1, 2, 4, 8]) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof UnknownKind) && !isNamespaceMissing(error)) throw error;
      session.host.status(urn, `waiting ${seconds} s: ${(error as Error).message}`);
      await sleep(seconds * 1000, undefined, { signal: session.signal });
    }
  }
  return action();
}

/** What only a created object has can't be told from a dry run. */
function unborn(object: Fields, manifest: Fields): Fields {
  let result: Fields = { ...object, status: UNKNOWN };
  for (const key of ["creationTimestamp", "resourceVersion", "uid"])
    result = withValue(result, ["metadata", key], UNKNOWN);
  const allocated = ["clusterIP", "clusterIPs"].filter(
    (key) => text(object, "kind") === "Service" && !at(manifest, "spec", key),
  );
  for (const key of allocated) result = withValue(result, ["spec", key], UNKNOWN);
  return result;
}

function taken(manifest: Fields): Refusal {
  return new Refusal({
    what: `${label(manifest)} exists already, and this stack did not create it`,
    given: `${label(reveal(manifest) as Fields)} to be created`,
    allowed: "a name that is free",
    remedy:
      "import it (resource option import), choose another name, or set kubernetes:upsertExistingObjects to take it over",
  });
}
