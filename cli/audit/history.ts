/** What the topics and the risk database said, as plain values. Integers are bigint: times and products pass 2^53. */

export interface Recorded<T> {
  /** Offset in its topic's only partition. */
  offset: bigint;
  message: T;
}

export interface MarketData {
  session: string;
  seq: bigint;
  symbol: string;
}

export interface Signal {
  id: string;
  session: string;
  seq: bigint;
  account: string;
  symbol: string;
}

export type Side = "buy" | "sell";

export interface NewOrder {
  kind: "new";
  id: string;
  account: string;
  symbol: string;
  side: Side;
  price: bigint;
  qty: bigint;
  tif: "gtc" | "ioc";
  ref: bigint;
  ts: bigint;
  origin: string;
}

export interface CancelOrder {
  kind: "cancel";
  id: string;
  account: string;
  symbol: string;
  target: string;
  ts: bigint;
  origin: string;
}

/** The engine's own record of the limits in force from here on. */
export interface Limits {
  kind: "limits";
  id: string;
  max_notional: bigint;
  max_open_orders: bigint;
  collar_bps: bigint;
  ts: bigint;
}

export type Order = NewOrder | CancelOrder | Limits;

interface Outcome {
  seq: bigint;
  in: bigint;
  ts: bigint;
}

export interface Fill extends Outcome {
  kind: "fill";
  match: bigint;
  symbol: string;
  price: bigint;
  qty: bigint;
  taker: string;
  taker_account: string;
  taker_side: Side;
  taker_leaves: bigint;
  maker: string;
  maker_account: string;
  maker_leaves: bigint;
}

export type Report =
  | Fill
  | (Outcome & {
      kind: "accepted";
      order: string;
      account: string;
      symbol: string;
      side: Side;
      price: bigint;
      qty: bigint;
    })
  | (Outcome & { kind: "cancelled" | "expired"; order: string; account: string; symbol: string; leaves: bigint })
  | (Outcome & { kind: "rejected"; order: string; account: string; symbol: string; reason: string })
  | (Outcome & {
      kind: "cancel_rejected";
      order: string;
      target: string;
      account: string;
      symbol: string;
      reason: string;
    })
  | (Outcome & { kind: "duplicate"; order: string; account: string; symbol: string });

export interface Decision {
  signal: string;
  /** Of the signal. */
  offset: bigint;
  verdict: string;
  /** Ids of the orders that the decision led to, cancels included. */
  orders: string[];
}

export interface Position {
  account: string;
  symbol: string;
  qty: bigint;
}

export interface History {
  book: Recorded<MarketData>[];
  trade: Recorded<MarketData>[];
  signals: Recorded<Signal>[];
  orders: Recorded<Order>[];
  fills: Recorded<Report>[];
  decisions: Decision[];
  positions: Position[];
  /** Fills below this offset are in `positions`. */
  positionsUpTo: bigint;
  /** Whatever was in a topic below these offsets must have been dealt with downstream; above them it may be in flight. */
  settled: { signals: bigint; orders: bigint };
  /** Signals below this offset were removed by Kafka because of their age. */
  signalsFrom: bigint;
  /** Decisions about signals below this offset may have been removed by risk-management because of their age. */
  decisionsFrom: bigint;
  /** Records that are no JSON object of a known kind. */
  unreadable: number;
}

/** JSON with every integer as bigint. Throws SyntaxError as JSON.parse does. */
export function parseExact(text: string): unknown {
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" && context?.source !== undefined && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value;
  return JSON.parse(text, reviver as Parameters<typeof JSON.parse>[1]);
}
