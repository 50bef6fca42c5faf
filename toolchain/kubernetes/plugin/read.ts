/** Reads objects for refresh and import, and deletes them. */
import { UnknownKind } from "./discovery.ts";
import { annotation, idOf, type Kind, kindOf, label, parseId, text } from "./objects.ts";
import { timeoutOf } from "./readiness.ts";
import type { Session } from "./session.ts";
import { checkpoint, inputsOf, readState, skipsAwait } from "./state.ts";
import { type Fields, reveal } from "./values.ts";
import { judgeNow, waitGone } from "./wait.ts";
import { NotReady } from "./write.ts";

export interface Read {
  urn: string;
  id: string;
  /** Of the resource token, for an import, which knows nothing else. */
  kind: Kind;
  inputs: Fields;
  properties: Fields;
}

/** Undefined when the object is gone. An API server that doesn't answer is an error: silence is no proof of absence. */
export async function read(session: Session, request: Read) {
  const { id, inputs, properties, urn } = request;
  if (session.unreachable !== undefined) {
    if (session.settings.deleteUnreachable) return dropped(session, urn);
    if (session.settings.skipUpdateUnreachable) return { id, inputs, properties };
  }
  const api = session.api(`read ${id}`);
  const before = readState(properties);
  const known = reveal(inputs) as Fields;
  const kind = [known, before.live].map(kindOf).find((item) => item.kind !== "") ?? request.kind;
  const { namespace, name } = parseId(id);
  const live = await orUndefined(() => api.get(kind, namespace || session.namespace, name, session.signal));
  if (!live) return undefined;
  const imported = Object.keys(known).length === 0;
  const nextInputs = inputsOf(live, inputs);
  const next = { id: id || idOf(live), inputs: nextInputs, properties: checkpoint(nextInputs, live, before) };
  if (imported || skipsAwait(known)) return next;
  const { verdict } = await judgeNow(api, live, session.signal);
  if (verdict.state !== "ready")
    throw new NotReady(label(live), next.id, [verdict.reason], next.properties, next.inputs);
  return next;
}

function dropped(session: Session, urn: string): undefined {
  session.host.warn(urn, `dropped from the state, since the cluster can't be reached: ${session.unreachable}`);
}

export interface Remove {
  urn: string;
  id: string;
  properties: Fields;
  timeoutSeconds: number;
}

/** Kinds that the official plugin doesn't wait for either when `pulumi.com/skipAwait` is set. */
const MAY_SKIP = ["DaemonSet", "Deployment", "Job", "Namespace", "Pod", "ReplicationController", "StatefulSet"];
const DELETE_MINUTES = 10;

export async function remove(session: Session, { urn, id, properties, timeoutSeconds }: Remove): Promise<void> {
  if (session.unreachable !== undefined && session.settings.deleteUnreachable) return dropped(session, urn);
  const api = session.api(`delete ${id}`);
  const { inputs, live } = readState(properties);
  const kind = kindOf(live);
  const { namespace, name } = parseId(id);
  const asked = await orUndefined(() =>
    api.delete(kind, namespace || session.namespace, name, propagation(inputs), session.signal),
  );
  if (!asked || (skipsAwait(inputs) && MAY_SKIP.includes(text(live, "kind")))) return;
  await waitGone(api, kind, live, {
    timeoutMs: timeoutOf(inputs, timeoutSeconds, DELETE_MINUTES),
    signal: session.signal,
    onStatus: (message) => session.host.status(urn, message),
  });
}

/** Foreground: an object is gone only when all that it owns is. */
function propagation(inputs: Fields): string {
  const wanted = annotation(inputs, "pulumi.com/deletionPropagationPolicy").toLowerCase();
  return wanted === "orphan" ? "Orphan" : wanted === "background" ? "Background" : "Foreground";
}

/** Where the kind itself is gone, its objects went with it. */
async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof UnknownKind) return undefined;
    throw error;
  }
}
