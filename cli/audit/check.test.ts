/** The checker is itself checked: a sound history passes, and each way of breaking it is caught. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "./check.ts";
import type { History, NewOrder, Order, Recorded, Report, Side } from "./history.ts";
import { foldPositions } from "./ledger.ts";
import { ReferenceEngine } from "./reference.ts";

const limits: Order = {
  kind: "limits",
  id: "limits/0",
  max_notional: 10n ** 15n,
  max_open_orders: 50n,
  collar_bps: 500n,
  ts: 1n,
};

const orderArbitrary = fc.record({
  account: fc.constantFrom("maker", "momentum"),
  side: fc.constantFrom<Side>("buy", "sell"),
  price: fc.bigInt(100n, 104n).map((ticks) => ticks * 100_000_000n),
  qty: fc.bigInt(1n, 5n).map((lots) => lots * 100_000_000n),
  tif: fc.constantFrom<"gtc" | "ioc">("gtc", "ioc"),
  cancels: fc.option(fc.nat(20), { freq: 4 }),
});

/** A whole sound history in which every signal was approved, made by running the reference engine. */
function soundHistory(
  steps: { cancels: number | null; account: string; side: Side; price: bigint; qty: bigint; tif: "gtc" | "ioc" }[],
): History {
  const orders: Recorded<Order>[] = [{ offset: 0n, message: limits }];
  const signals: History["signals"] = [];
  const decisions: History["decisions"] = [];
  steps.forEach((step, i) => {
    const id = `s/${i + 1}/1`;
    const about = { account: step.account, symbol: "SIM", ts: BigInt(i), origin: "risk" };
    const { side, price, qty, tif } = step;
    const order: NewOrder = { kind: "new", id, side, price, qty, tif, ref: 0n, ...about };
    const sent: Order[] =
      step.cancels === null ? [] : [{ kind: "cancel", id: `${id}/c`, target: `s/${step.cancels + 1}/1`, ...about }];
    sent.push(order);
    // Offsets with gaps: transaction markers take some.
    for (const message of sent) orders.push({ offset: BigInt(orders.length * 2), message });
    signals.push({
      offset: BigInt(i),
      message: { id, session: "s", seq: BigInt(i + 1), account: step.account, symbol: "SIM" },
    });
    decisions.push({ signal: id, offset: BigInt(i), verdict: "approved", orders: sent.map((message) => message.id) });
  });
  const engine = new ReferenceEngine();
  const fills = orders
    .flatMap((record) => engine.apply(record))
    .map((message, i) => ({ offset: BigInt(i * 2), message }));
  const positionsUpTo = BigInt(fills.length * 2);
  const positions = [...foldPositions({ fills, positionsUpTo })].map(([key, qty]) => {
    const [account = "", symbol = ""] = key.split(" ");
    return { account, symbol, qty };
  });
  const book = signals.map(({ offset, message }) => ({
    offset,
    message: { session: "s", seq: message.seq, symbol: "SIM" },
  }));
  const settled = { signals: BigInt(signals.length), orders: BigInt(orders.length * 2) };
  return {
    book,
    trade: [],
    signals,
    orders,
    fills,
    decisions,
    positions,
    positionsUpTo,
    settled,
    signalsFrom: 0n,
    decisionsFrom: 0n,
    unreadable: 0,
  };
}

const histories = fc.array(orderArbitrary, { minLength: 5, maxLength: 40 }).map(soundHistory);

/** A history that surely trades, so that every kind of damage has something to damage. */
const trading = soundHistory(
  Array.from({ length: 30 }, (_, i) => ({
    account: i % 3 === 2 ? "momentum" : "maker",
    side: i % 3 === 0 ? ("buy" as const) : ("sell" as const),
    price: BigInt(i % 3 === 1 ? 102 : 100) * 100_000_000n,
    qty: BigInt((i % 4) + 1) * 100_000_000n,
    tif: i % 3 === 2 ? ("ioc" as const) : ("gtc" as const),
    cancels: i % 5 === 4 ? i - 4 : null,
  })),
);

const clone = (history: History): History => structuredClone(history);

describe("a sound history", () => {
  it("passes, whatever was traded", () => {
    fc.assert(
      fc.property(histories, (history) => {
        expect(check(history).violations).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("has fills, cancels and live orders to speak of", () => {
    const audit = check(trading);
    expect(audit).toMatchObject({ lost: 0, doubled: 0, violations: [], signals: 30, orders: 30 });
    expect(audit.fills).toBeGreaterThan(5);
    expect(audit.cancels).toBeGreaterThan(3);
    expect(audit.live).toBeGreaterThan(0);
  });

  it("passes while the newest records are in flight", () => {
    const history = clone(trading);
    history.fills.splice(-3);
    history.decisions.pop();
    history.settled = { signals: 29n, orders: 0n };
    history.positionsUpTo = 0n;
    history.positions = [];
    expect(check(history).violations.filter(({ rule }) => !rule.includes("risk sends"))).toEqual([]);
  });
});

describe("what was removed because of its age", () => {
  const rules = (history: History) => new Set(check(history).violations.map(({ rule }) => rule));

  it("decisions: is not missed where risk says so, and only there", () => {
    for (let kept = 0; kept < trading.decisions.length; kept += 1) {
      const history = clone(trading);
      history.decisions.splice(0, kept);
      history.decisionsFrom = BigInt(kept);
      expect(rules(history)).toEqual(new Set());
    }
    const history = clone(trading);
    history.decisions.splice(0, 11);
    history.decisionsFrom = 10n;
    expect(rules(history)).toEqual(new Set(["a signal is decided"]));
    history.decisionsFrom = 0n;
    expect(rules(history)).toEqual(new Set(["a signal is decided", "risk sends what it decided"]));
  });

  it("decisions: one that is missing among those kept is found", () => {
    const history = clone(trading);
    history.decisions.splice(0, 10);
    history.decisionsFrom = 10n;
    history.decisions.splice(5, 1);
    expect(rules(history)).toEqual(new Set(["a signal is decided", "risk sends what it decided"]));
  });

  it("orders: one that was sent after the decisions were read is not judged yet", () => {
    const history = clone(trading);
    const last = history.decisions.pop();
    history.settled.signals = last?.offset ?? 0n;
    history.settled.orders = history.orders.find(({ message }) => last?.orders.includes(message.id))?.offset ?? 0n;
    expect(rules(history)).toEqual(new Set());
    history.settled.orders += 1n;
    expect(rules(history)).toEqual(new Set(["risk sends what it decided"]));
  });

  it("signals: their decisions may outlive them", () => {
    const history = clone(trading);
    history.signals.splice(0, 10);
    expect(rules(history)).toEqual(new Set(["a decision answers a signal"]));
    history.signalsFrom = 10n;
    expect(rules(history)).toEqual(new Set());
  });
});

const lists = ["book", "signals", "orders", "fills", "decisions", "positions"] as const;

describe.each(lists)("damage to %s", (list) => {
  const sizes = trading[list].length;

  it.each(["drop", "double"] as const)("%s one: caught wherever it happens", (how) => {
    for (let i = 0; i < sizes; i += 1) {
      const history = clone(trading);
      const items = history[list] as unknown[];
      const nothingLost = list === "positions" && history.positions[i]?.qty === 0n;
      // A row twice in a table with a primary key can't be; a limits record twice changes nothing.
      if (how === "double" && (list === "positions" || list === "decisions" || i === 0)) continue;
      if (how === "drop") items.splice(i, 1);
      else items.splice(i, 0, structuredClone(items[i]));
      const harmless = nothingLost || (list === "orders" && i === 0);
      if (!harmless) expect(check(history).violations, `${how} ${list}[${i}]`).not.toEqual([]);
    }
  });
});

describe("damage to the order of things", () => {
  it("two fills changed places", () => {
    for (let i = 1; i < trading.fills.length; i += 1) {
      const history = clone(trading);
      const [a, b] = [history.fills[i - 1], history.fills[i]] as [Recorded<Report>, Recorded<Report>];
      [history.fills[i - 1], history.fills[i]] = [b, a];
      expect(check(history).violations).not.toEqual([]);
    }
  });

  it("two frames changed places", () => {
    const history = clone(trading);
    history.book.reverse();
    expect(check(history).violations.map(({ rule }) => rule)).toContain("frames keep their order");
  });
});

describe("damage to one number", () => {
  const numbers = ["price", "qty", "leaves", "taker_leaves", "maker_leaves", "seq", "match"] as const;

  it.each(numbers)("%s of any output", (field) => {
    let damaged = 0;
    trading.fills.forEach((_, i) => {
      const history = clone(trading);
      const message = history.fills[i]?.message as unknown as Record<string, unknown>;
      if (typeof message[field] !== "bigint") return;
      damaged += 1;
      message[field] = (message[field] as bigint) + 1n;
      expect(check(history).violations, `${field} of fills[${i}]`).not.toEqual([]);
    });
    expect(damaged).toBeGreaterThan(0);
  });

  it("a position", () => {
    const history = clone(trading);
    for (const position of history.positions) position.qty += 1n;
    expect(check(history).violations.map(({ rule }) => rule)).toContain("positions are the fold of the fills");
  });
});
