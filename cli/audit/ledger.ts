/** The rules of the trade that need no reference book: one terminal state per order, no overfill, positions as the fold of the fills. */
import type { Findings } from "./check.ts";
import type { Fill, History, NewOrder, Report, Side } from "./history.ts";

export function checkLedger(history: History, findings: Findings): void {
  checkSequence(history, findings);
  const orders = new Map<string, NewOrder>();
  for (const { message } of history.orders) {
    if (message.kind !== "new") continue;
    if (orders.has(message.id) && message.origin === "risk") findings.twice("risk sends an order once", message.id);
    if (!orders.has(message.id)) orders.set(message.id, message);
  }
  checkTerminals(history, orders, findings);
  checkFills(history, orders, findings);
  checkPositions(history, findings);
}

/** Output numbers are 1, 2, 3 … without gap or repetition. */
function checkSequence({ fills }: History, findings: Findings): void {
  let expected = 1n;
  for (const { message } of fills) {
    if (message.seq > expected)
      findings.missing("outputs are numbered without gaps", `${expected} to ${message.seq - 1n}`);
    if (message.seq < expected) findings.twice("outputs are numbered without gaps", `${message.seq} again`);
    expected = message.seq + 1n;
  }
}

/** What ends an order: its last lot filled, a cancel, the expiry of a remainder, or a rejection. */
function endedBy(report: Report): string[] {
  if (report.kind === "cancelled" || report.kind === "expired" || report.kind === "rejected") return [report.order];
  if (report.kind !== "fill") return [];
  return [...(report.taker_leaves === 0n ? [report.taker] : []), ...(report.maker_leaves === 0n ? [report.maker] : [])];
}

function checkTerminals({ fills }: History, orders: ReadonlyMap<string, NewOrder>, findings: Findings): void {
  const ended = new Set<string>();
  for (const { message } of fills) {
    for (const id of endedBy(message)) {
      if (!orders.has(id)) findings.add("only known orders end", `${id} by ${message.kind}`);
      if (ended.has(id)) findings.twice("an order ends once", `${id} by ${message.kind} at ${message.seq}`);
      ended.add(id);
    }
    if (message.kind === "accepted" && ended.has(message.order))
      findings.add("an ended order stays ended", message.order);
  }
}

function checkFills({ fills }: History, orders: ReadonlyMap<string, NewOrder>, findings: Findings): void {
  const filled = new Map<string, bigint>();
  for (const { message } of fills) {
    if (message.kind !== "fill") continue;
    for (const id of [message.taker, message.maker]) filled.set(id, (filled.get(id) ?? 0n) + message.qty);
    checkFill(message, orders, findings);
  }
  for (const [id, qty] of filled) {
    const order = orders.get(id);
    if (order !== undefined && qty > order.qty)
      findings.add("fills never exceed the quantity", `${id}: ${qty} of ${order.qty}`);
  }
}

function checkFill(fill: Fill, orders: ReadonlyMap<string, NewOrder>, findings: Findings): void {
  const taker = orders.get(fill.taker);
  const maker = orders.get(fill.maker);
  if (taker === undefined || maker === undefined) {
    findings.add("a fill joins two orders", `match ${fill.match}: ${fill.taker} and ${fill.maker}`);
    return;
  }
  if (fill.price !== maker.price) findings.add("a fill is at the maker's price", `match ${fill.match}: ${fill.price}`);
  if (worse(fill.price, taker.price, taker.side))
    findings.add("a fill is within the taker's limit", `match ${fill.match}`);
  if (taker.side === maker.side) findings.add("a fill joins two sides", `match ${fill.match}`);
  if (taker.account === maker.account) findings.add("nobody trades with himself", `match ${fill.match}`);
}

const worse = (price: bigint, limit: bigint, side: Side): boolean => (side === "buy" ? price > limit : price < limit);

/** Account and symbol to quantity: what the fills below an offset add up to. */
export function foldPositions(history: Pick<History, "fills" | "positionsUpTo">): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  const add = (account: string, symbol: string, qty: bigint): void => {
    const key = `${account} ${symbol}`;
    sums.set(key, (sums.get(key) ?? 0n) + qty);
  };
  for (const { offset, message } of history.fills) {
    if (message.kind !== "fill" || offset >= history.positionsUpTo) continue;
    const signed = message.taker_side === "buy" ? message.qty : -message.qty;
    add(message.taker_account, message.symbol, signed);
    add(message.maker_account, message.symbol, -signed);
  }
  return sums;
}

function checkPositions(history: History, findings: Findings): void {
  const expected = foldPositions(history);
  const found = new Map(history.positions.map(({ account, symbol, qty }) => [`${account} ${symbol}`, qty]));
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const [want, have] = [expected.get(key) ?? 0n, found.get(key) ?? 0n];
    if (want !== have) findings.add("positions are the fold of the fills", `${key}: ${have} instead of ${want}`);
  }
}
