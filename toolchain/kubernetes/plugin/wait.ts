/** Waits for an object to be ready or gone, and says meanwhile what is missing. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "./api.ts";
import { details, gather, holding } from "./evidence.ts";
import { type Kind, kindOf, label, nameOf, namespaceOf, text } from "./objects.ts";
import { awaited } from "./readiness.ts";
import { Refusal } from "./refusal.ts";
import type { Fields } from "./values.ts";
import { NOTHING, type Verdict } from "./verdict.ts";

const FIRST_POLL_MS = 200;
const LONGEST_POLL_MS = 3000;

export interface Waiting {
  timeoutMs: number;
  signal: AbortSignal;
  onStatus: (message: string) => void;
}

export interface Outcome {
  live: Fields;
  /** Why it is not ready; empty when it is. */
  reasons: string[];
}

/** The verdict of this moment; evidence is gathered only where the object alone doesn't show that it is ready. */
export async function judgeNow(api: Api, live: Fields, signal: AbortSignal) {
  const kind = awaited(live);
  if (!kind) return { verdict: { state: "ready" } as Verdict, evidence: NOTHING };
  const alone = kind.judge(live, NOTHING);
  if (alone.state === "ready") return { verdict: alone, evidence: NOTHING };
  const evidence = await gather(api, live, signal);
  return { verdict: kind.judge(live, evidence), evidence };
}

export async function waitReady(api: Api, object: Fields, { timeoutMs, signal, onStatus }: Waiting): Promise<Outcome> {
  const end = Date.now() + timeoutMs;
  let live = object;
  let last = "nothing is known of it yet";
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
    try {
      const { verdict, evidence } = await judgeNow(api, live, signal);
      if (verdict.state === "ready") return { live, reasons: [] };
      if (verdict.reason !== last) onStatus(verdict.reason);
      last = verdict.reason;
      const late = Date.now() >= end;
      if (verdict.state === "failed" || late) {
        const first = late ? `not ready after ${Math.round(timeoutMs / 1000)} s: ${last}` : last;
        return { live, reasons: [first, ...(await details(api, live, evidence))] };
      }
      await sleep(Math.max(0, Math.min(pause, end - Date.now())), undefined, { signal });
      const found = await api.get(kindOf(object), namespaceOf(object), nameOf(object), signal);
      if (!found) return { live, reasons: [`it was deleted while waiting for it: ${last}`] };
      live = found;
    } catch (error) {
      if (!signal.aborted) throw error;
      return { live, reasons: [`cancelled while waiting: ${last}`] };
    }
  }
}

/** Waits until the object of that uid is gone; another one under its name is none of our business. */
export async function waitGone(
  api: Api,
  kind: Kind,
  object: Fields,
  { timeoutMs, signal, onStatus }: Waiting,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  const uid = text(object, "metadata", "uid");
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
    const live = await api.get(kind, namespaceOf(object), nameOf(object), signal);
    if (!live || (uid !== "" && text(live, "metadata", "uid") !== uid)) return;
    const why = holding(live);
    onStatus(`being deleted: ${why}`);
    if (Date.now() >= end) {
      throw new Refusal({
        what: `${label(live)} is still there ${Math.round(timeoutMs / 1000)} s after its deletion was asked for`,
        given: why,
        allowed: "an object whose finalizers are removed by their controllers",
        remedy: "look after the controller that holds it, or wait longer: customTimeouts, pulumi.com/timeoutSeconds",
      });
    }
    await sleep(Math.min(pause, Math.max(0, end - Date.now())), undefined, { signal });
  }
}
