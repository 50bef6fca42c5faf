/** Pulumi's engine events, reduced to what a person wants to know. Pure: lines in, state out. */

export interface EngineEvent {
  timestamp?: number;
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  resOpFailedEvent?: { metadata: StepMetadata };
  summaryEvent?: { durationSeconds: number; resourceChanges: Record<string, number> };
  policyEvent?: { resourceUrn?: string; message: string; policyName: string; enforcementLevel: string };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
}

export interface Deployment {
  /** URN to what is being done to it and since when (ms). */
  active: Map<string, { op: string; since: number }>;
  /** What was done, in order, without `same`. */
  done: { urn: string; op: string; seconds: number }[];
  errors: string[];
  warnings: string[];
  violations: { rule: string; resource: string; message: string; mandatory: boolean }[];
  changes: Record<string, number> | undefined;
}

export const emptyDeployment = (): Deployment => ({
  active: new Map(),
  done: [],
  errors: [],
  warnings: [],
  violations: [],
  changes: undefined,
});

/** `urn:pulumi:dev::cipherhorizon::trading:components:Kafka$docker:index/container:Container::kafka` as `container kafka`. */
export function describe(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  const kind = type.split(":").at(-1) ?? type;
  return `${kind.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()} ${name}`;
}

const plain = (message: string): string => message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();

/** Resources that only group others, and steps that change nothing, would be noise. */
const isQuiet = (metadata: StepMetadata): boolean =>
  metadata.op === "same" ||
  metadata.op === "read" ||
  metadata.type.startsWith("pulumi:") ||
  metadata.type.startsWith("trading:");

/** Takes one event in; `now` in milliseconds. Returns the text of a step that has just ended, for the plain renderer. */
export function reduce(state: Deployment, event: EngineEvent, now: number): string | undefined {
  const begin = event.resourcePreEvent?.metadata;
  if (begin !== undefined && !isQuiet(begin)) state.active.set(begin.urn, { op: begin.op, since: now });
  const end = event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
  if (event.diagnosticEvent !== undefined) addDiagnostic(state, event.diagnosticEvent);
  if (event.policyEvent !== undefined) addViolation(state, event.policyEvent);
  if (event.summaryEvent !== undefined) state.changes = event.summaryEvent.resourceChanges;
  return end === undefined ? undefined : finish(state, end, now, event.resOpFailedEvent !== undefined);
}

function finish(state: Deployment, end: StepMetadata, now: number, failed: boolean): string | undefined {
  const begun = state.active.get(end.urn);
  state.active.delete(end.urn);
  if (begun === undefined) return undefined;
  const seconds = (now - begun.since) / 1000;
  if (!failed) state.done.push({ urn: end.urn, op: begun.op, seconds });
  return `${failed ? "FAILED " : ""}${begun.op} ${describe(end.urn)} (${seconds.toFixed(1)} s)`;
}

function addDiagnostic(state: Deployment, diagnostic: NonNullable<EngineEvent["diagnosticEvent"]>): void {
  if (diagnostic.ephemeral === true) return;
  const message = plain(diagnostic.message);
  const text = diagnostic.urn ? `${describe(diagnostic.urn)}: ${message}` : message;
  if (diagnostic.severity === "error" && !state.errors.includes(text)) state.errors.push(text);
  if (diagnostic.severity === "warning" && !state.warnings.includes(text)) state.warnings.push(text);
}

function addViolation(state: Deployment, event: NonNullable<EngineEvent["policyEvent"]>): void {
  state.violations.push({
    rule: event.policyName,
    resource: event.resourceUrn === undefined ? "stack" : describe(event.resourceUrn),
    message: plain(event.message),
    mandatory: event.enforcementLevel === "mandatory",
  });
}

/** What it waits for, the longest-running first. */
export function waitingFor(state: Deployment, now: number): string {
  const parts = [...state.active]
    .sort(([, a], [, b]) => a.since - b.since)
    .map(([urn, { since }]) => `${describe(urn)} ${Math.round((now - since) / 1000)} s`);
  const shown = parts.slice(0, 4).join(", ");
  return parts.length > 4 ? `${shown} and ${parts.length - 4} more` : shown;
}

/** `12 created, 1 replaced`, or `nothing to do`. */
export function summary(changes: Record<string, number> | undefined): string {
  const words: Record<string, string> = {
    create: "created",
    update: "updated",
    replace: "replaced",
    delete: "deleted",
  };
  const parts = Object.entries(words)
    .filter(([op]) => (changes?.[op] ?? 0) > 0)
    .map(([op, word]) => `${changes?.[op]} ${word}`);
  return parts.length === 0 ? "nothing to do" : parts.join(", ");
}
