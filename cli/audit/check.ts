/** Proves a history, or names what is wrong with it. Pure: the checker itself is tested with seeded violations. */

import type { History, Report } from "./history.ts";
import { checkLedger } from "./ledger.ts";
import { ReferenceEngine } from "./reference.ts";

export interface Violation {
  rule: string;
  detail: string;
}

export interface Audit {
  frames: { book: number; trade: number };
  signals: number;
  orders: number;
  cancels: number;
  fills: number;
  live: number;
  lost: number;
  doubled: number;
  unreadable: number;
  violations: Violation[];
}

/** How many details of one rule are kept; a broken run would otherwise list every record. */
const keptPerRule = 10;

export class Findings {
  readonly violations: Violation[] = [];
  lost = 0;
  doubled = 0;
  private readonly perRule = new Map<string, number>();

  add(rule: string, detail: string): void {
    const count = (this.perRule.get(rule) ?? 0) + 1;
    this.perRule.set(rule, count);
    if (count <= keptPerRule) this.violations.push({ rule, detail });
    if (count === keptPerRule + 1) this.violations.push({ rule, detail: "and more of the same" });
  }

  missing(rule: string, detail: string): void {
    this.lost += 1;
    this.add(rule, detail);
  }

  twice(rule: string, detail: string): void {
    this.doubled += 1;
    this.add(rule, detail);
  }
}

export function check(history: History): Audit {
  const findings = new Findings();
  checkMarketData(history, findings);
  checkDecisions(history, findings);
  const reference = checkAgainstReference(history, findings);
  checkLedger(history, findings);
  const orders = history.orders.map(({ message }) => message);
  return {
    frames: { book: history.book.length, trade: history.trade.length },
    signals: history.signals.length,
    orders: orders.filter(({ kind }) => kind === "new").length,
    cancels: orders.filter(({ kind }) => kind === "cancel").length,
    fills: history.fills.filter(({ message }) => message.kind === "fill").length,
    live: reference.live.length,
    lost: findings.lost,
    doubled: findings.doubled,
    unreadable: history.unreadable,
    violations: findings.violations,
  };
}

/** Each frame is published once and in order; each signal points at a frame that was. */
function checkMarketData({ book, trade, signals }: History, findings: Findings): void {
  const frames = new Set<string>();
  for (const [topic, records] of [
    ["md.book", book],
    ["md.trade", trade],
  ] as const) {
    const last = new Map<string, bigint>();
    for (const { message } of records) {
      const { session, seq } = message;
      const frame = `${session}/${seq}`;
      const before = last.get(session) ?? 0n;
      if (frames.has(frame)) findings.twice("a frame is published once", `${frame} again in ${topic}`);
      else if (seq < before) findings.add("frames keep their order", `${frame} after ${before} in ${topic}`);
      frames.add(frame);
      if (seq > before) last.set(session, seq);
    }
  }
  const ids = new Set<string>();
  for (const { message: signal } of signals) {
    if (ids.has(signal.id)) findings.twice("a signal is given once", signal.id);
    ids.add(signal.id);
    const frame = `${signal.session}/${signal.seq}`;
    if (!frames.has(frame)) findings.add("a signal points at a published frame", `${signal.id} at ${frame}`);
  }
}

/**
 * Each settled signal has one decision, each approval its orders, and risk sends nothing that it did not decide. What was
 * removed because of its age is not missed: risk decides and sends in the order of the signals, so it is always the beginning.
 */
function checkDecisions(history: History, findings: Findings): void {
  const { signals, orders, decisions, settled, signalsFrom, decisionsFrom } = history;
  const given = new Set(signals.map(({ message }) => message.id));
  const decided = new Map(decisions.map((decision) => [decision.signal, decision]));
  const sent = new Set(orders.map(({ message }) => message.id));
  for (const { offset, message } of signals) {
    const decision = decided.get(message.id);
    if (offset >= settled.signals) continue;
    if (decision === undefined && offset >= decisionsFrom) findings.missing("a signal is decided", message.id);
    for (const order of decision?.orders ?? []) {
      if (!sent.has(order)) findings.missing("a decided order is sent", order);
    }
  }
  const decidedOrders = new Set(decisions.flatMap((decision) => decision.orders));
  for (const { signal, offset } of decisions) {
    if (!given.has(signal) && offset >= signalsFrom) findings.add("a decision answers a signal", signal);
  }
  const firstDecided = decisionsFrom > 0n ? orders.findIndex(({ message }) => decidedOrders.has(message.id)) : 0;
  for (const { offset, message } of firstDecided < 0 ? [] : orders.slice(firstDecided)) {
    // The decisions are read before the end of the topic: what came after may answer one that is not among them.
    if (offset >= settled.orders || message.kind === "limits" || message.origin !== "risk") continue;
    const isKill = message.kind === "cancel" && message.id.endsWith("/k");
    if (!decidedOrders.has(message.id) && !isKill) findings.add("risk sends what it decided", message.id);
  }
}

/** The fills topic is, record by record, what the naive engine says to the orders topic. */
function checkAgainstReference({ orders, fills, settled }: History, findings: Findings): ReferenceEngine {
  const reference = new ReferenceEngine();
  const rule = "fills are what the reference engine says";
  let at = 0;
  for (const record of orders) {
    for (const expected of reference.apply(record)) {
      const found = fills[at]?.message;
      if (found === undefined) {
        if (record.offset < settled.orders) findings.missing(rule, `nothing for ${show(expected)}`);
        continue;
      }
      at += 1;
      if (show(found) !== show(expected)) findings.add(rule, `expected ${show(expected)}, found ${show(found)}`);
    }
  }
  for (const { message } of fills.slice(at)) findings.twice(rule, `nothing led to ${show(message)}`);
  return reference;
}

/** One line with sorted keys, so that two records compare as text. */
export const show = (report: Report): string =>
  Object.entries(report)
    .filter(([key]) => key !== "v")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
