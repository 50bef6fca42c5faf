import { setTimeout as sleep } from "node:timers/promises";
import type { Report } from "../progress.ts";
import { runtimeFor } from "../runtime/choose.ts";
import { type Audit, check } from "./check.ts";
import type { History } from "./history.ts";
import { readHistory } from "./read.ts";

/** How long what is in flight may take to arrive before it counts as lost. */
const settleWithin = 60_000;

/**
 * Audits the running stack. Records in flight look lost, so the boundary of what must have had its effect is taken once, at the
 * start, and the history is read again until nothing below it is missing or the time is up.
 */
export async function audit(stack: string, log: string, report: Report): Promise<{ audit: Audit; history: History }> {
  const runtime = await runtimeFor(stack);
  const deadline = Date.now() + settleWithin;
  let boundary: History["settled"] | undefined;
  for (;;) {
    report("the history of the stack");
    const history = await readHistory(runtime, stack, log, report);
    boundary ??= history.settled;
    const result = check({ ...history, settled: boundary });
    if (result.lost === 0 || Date.now() > deadline) return { audit: result, history };
    report(`${result.lost} records to arrive`);
    await sleep(1000);
  }
}

/** What a person reads; the last line is the verdict. */
export function renderAudit(result: Audit): string {
  const counts = [
    ["md.book", result.frames.book],
    ["md.trade", result.frames.trade],
    ["signals", result.signals],
    ["orders", result.orders],
    ["cancels", result.cancels],
    ["fills", result.fills],
    ["live orders", result.live],
    ["lost", result.lost],
    ["doubled", result.doubled],
    ["unreadable", result.unreadable],
    ["violations", result.violations.length],
  ] as const;
  const lines = counts.map(([name, count]) => `${name.padEnd(12)} ${String(count).padStart(9)}`);
  const details = result.violations.map(({ rule, detail }) => `violated: ${rule}: ${detail}`);
  return [...lines, ...details, result.violations.length === 0 ? "audit passed" : "audit FAILED"].join("\n");
}
