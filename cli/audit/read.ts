/** Reads the history out of the running stack: the provisioner writes it as JSON lines. */
import { setTimeout as sleep } from "node:timers/promises";
import { OperationFailed } from "../errors.ts";
import type { Report as Say } from "../progress.ts";
import type { Runtime } from "../runtime/runtime.ts";
import {
  type Decision,
  type History,
  type MarketData,
  type Order,
  type Position,
  parseExact,
  type Recorded,
  type Report,
  type Signal,
} from "./history.ts";

interface Line {
  topic?: string;
  offset?: bigint;
  value?: string;
  table?: string;
  settled?: Record<string, bigint>;
  expired?: Record<string, bigint>;
  complete?: boolean;
}

/** A server may be on its way to another node, or be started again: so many milliseconds, then it counts as away. */
const away = 60_000;

export async function readHistory(
  runtime: Pick<Runtime, "run">,
  stack: string,
  log: string,
  say: Say,
): Promise<History> {
  const deadline = Date.now() + away;
  for (;;) {
    const { code, stdout, stderr } = await runtime.run("provisioner", ["/provisioner", "dump"], { timeout: 180_000 });
    if (code === 0) return parseHistory(stdout);
    const given = stderr.trim().split("\n").at(-1) || `exit code ${code}`;
    if (Date.now() >= deadline) throw new OperationFailed(unreadable(stack, given, log));
    say(`the provisioner, kafka and postgres to answer: ${given}`);
    await sleep(2000);
  }
}

const unreadable = (stack: string, given: string, log: string) => ({
  where: `stack ${stack}`,
  what: `its history can't be read, tried for ${away / 1000} s`,
  given,
  allowed: "a running stack whose provisioner, kafka and postgres are healthy",
  remedy: `see \`horizon status\`, start it with \`horizon up\`, then run the command again; full log: ${log}`,
});

/** Throws when the dump was cut short: half a history would be full of violations that never were. */
export function parseHistory(dump: string): History {
  const history = emptyHistory();
  let complete = false;
  for (const text of dump.split("\n")) {
    if (text === "") continue;
    const line = parseExact(text) as Line;
    if (line.settled !== undefined) {
      history.settled = { signals: line.settled["signals"] ?? 0n, orders: line.settled["orders"] ?? 0n };
    }
    if (line.expired !== undefined) history.signalsFrom = line.expired["signals"] ?? 0n;
    if (line.table !== undefined) addRow(history, line as unknown as Row);
    else if (line.topic !== undefined) addRecord(history, line.topic, line.offset ?? 0n, line.value ?? "");
    complete ||= line.complete === true;
  }
  if (!complete) throw new Error("the provisioner's dump ends before its last line");
  return history;
}

export const emptyHistory = (): History => ({
  book: [],
  trade: [],
  signals: [],
  orders: [],
  fills: [],
  decisions: [],
  positions: [],
  positionsUpTo: 0n,
  settled: { signals: 0n, orders: 0n },
  signalsFrom: 0n,
  decisionsFrom: 0n,
  unreadable: 0,
});

type Row =
  | (Omit<Decision, "offset"> & { table: "decisions"; offset: string })
  | { table: "positions"; account: string; symbol: string; qty: string }
  | { table: "offsets"; topic: string; next: string }
  | { table: "pruned"; below: string };

function addRow(history: History, row: Row): void {
  if (row.table === "decisions") history.decisions.push({ ...row, offset: BigInt(row.offset) } satisfies Decision);
  if (row.table === "positions") history.positions.push({ ...row, qty: BigInt(row.qty) } satisfies Position);
  if (row.table === "offsets" && row.topic === "fills") history.positionsUpTo = BigInt(row.next);
  if (row.table === "pruned") history.decisionsFrom = BigInt(row.below);
}

const kinds: Record<string, (history: History, record: Recorded<unknown>) => void> = {
  "md.book": (history, record) => history.book.push(record as Recorded<MarketData>),
  "md.trade": (history, record) => history.trade.push(record as Recorded<MarketData>),
  signals: (history, record) => history.signals.push(record as Recorded<Signal>),
  orders: (history, record) => history.orders.push(record as Recorded<Order>),
  fills: (history, record) => history.fills.push(record as Recorded<Report>),
};

/** What is no JSON object is counted and left out, as the services do. */
function addRecord(history: History, topic: string, offset: bigint, value: string): void {
  let message: unknown;
  try {
    message = parseExact(value);
  } catch {
    message = undefined;
  }
  if (message === null || typeof message !== "object") history.unreadable += 1;
  else kinds[topic]?.(history, { offset, message });
}
