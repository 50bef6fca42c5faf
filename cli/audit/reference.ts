/**
 * A naive reference for the matching engine: the same rules written the slowest, plainest way (sort and scan), sharing no code or
 * idea of data structure with the engine. Feeding it the orders topic must give the fills topic, record by record.
 */
import type { CancelOrder, Limits, NewOrder, Order, Recorded, Report } from "./history.ts";

interface Live extends NewOrder {
  leaves: bigint;
  /** Arrival, for time priority. */
  at: bigint;
}

const scale = 100_000_000n;

/** In force until the engine writes its own into the journal. */
const firstLimits = { max_notional: 1_000_000n * scale, max_open_orders: 1000n, collar_bps: 500n };

const smaller = (a: bigint, b: bigint): bigint => [a, b].reduce((x, y) => (y < x ? y : x));

export class ReferenceEngine {
  readonly live: Live[] = [];
  /** Every order ever named, refused ones too; a cancel is known by its id alone. */
  private readonly seen = new Map<string, NewOrder | undefined>();
  private readonly reference = new Map<string, bigint>();
  private limits: Pick<Limits, "max_notional" | "max_open_orders" | "collar_bps"> = firstLimits;
  private seq = 0n;
  private matches = 0n;

  /** What the engine must say to this record, in order. */
  apply({ offset, message }: Recorded<Order>): Report[] {
    if (message.kind === "limits") {
      this.limits = message;
      return [];
    }
    const reports = message.kind === "new" ? this.place(message, offset) : this.cancel(message);
    return reports.map((report) => ({ ...report, seq: ++this.seq, in: offset, ts: message.ts }) as Report);
  }

  private place(order: NewOrder, offset: bigint): object[] {
    const about = { order: order.id, account: order.account, symbol: order.symbol };
    if (this.seen.has(order.id)) return [{ kind: "duplicate", ...about }];
    this.seen.set(order.id, order);
    const reason = this.refusal(order);
    if (reason !== undefined) return [{ kind: "rejected", ...about, reason }];
    if (order.ref > 0n) this.reference.set(order.symbol, order.ref);
    const taker: Live = { ...order, leaves: order.qty, at: offset };
    const reports: object[] = [{ kind: "accepted", ...about, side: order.side, price: order.price, qty: order.qty }];
    const selfTrade = this.match(taker, reports);
    if (taker.leaves === 0n) return reports;
    if (order.tif === "ioc" || selfTrade) reports.push({ kind: "expired", ...about, leaves: taker.leaves });
    else this.live.push(taker);
    return reports;
  }

  /** Trades against the best opposite orders; true when it met an order of its own account and must stop. */
  private match(taker: Live, reports: object[]): boolean {
    while (taker.leaves > 0n) {
      const maker = this.best(taker);
      if (maker === undefined) return false;
      if (maker.account === taker.account) return true;
      const qty = smaller(maker.leaves, taker.leaves);
      maker.leaves -= qty;
      taker.leaves -= qty;
      this.reference.set(taker.symbol, maker.price);
      reports.push({
        kind: "fill",
        match: ++this.matches,
        symbol: taker.symbol,
        price: maker.price,
        qty,
        taker: taker.id,
        taker_account: taker.account,
        taker_side: taker.side,
        taker_leaves: taker.leaves,
        maker: maker.id,
        maker_account: maker.account,
        maker_leaves: maker.leaves,
      });
      if (maker.leaves === 0n) this.remove(maker);
    }
    return false;
  }

  private best(taker: Live): Live | undefined {
    const buys = taker.side === "buy";
    const crossing = this.live.filter(
      (maker) =>
        maker.symbol === taker.symbol &&
        maker.side !== taker.side &&
        (buys ? maker.price <= taker.price : maker.price >= taker.price),
    );
    return crossing.reduce<Live | undefined>((best, maker) => {
      if (best === undefined) return maker;
      if (maker.price !== best.price)
        return (buys ? maker.price < best.price : maker.price > best.price) ? maker : best;
      return maker.at < best.at ? maker : best;
    }, undefined);
  }

  private refusal(order: NewOrder): string | undefined {
    if (order.qty <= 0n) return "qty";
    if (order.price <= 0n) return "price";
    const limits = this.limits;
    if ((order.price * order.qty) / scale > limits.max_notional) return "notional";
    const reference = order.ref > 0n ? order.ref : (this.reference.get(order.symbol) ?? 0n);
    const distance = order.price > reference ? order.price - reference : reference - order.price;
    if (reference > 0n && distance * 10_000n > reference * limits.collar_bps) return "collar";
    // What can't rest takes no place among the open orders.
    if (order.tif === "ioc") return undefined;
    const open = this.live.filter(({ account }) => account === order.account).length;
    return BigInt(open) >= limits.max_open_orders ? "open_orders" : undefined;
  }

  private cancel(request: CancelOrder): object[] {
    const about = { order: request.id, target: request.target, account: request.account, symbol: request.symbol };
    if (this.seen.has(request.id)) {
      const { id: order, account, symbol } = request;
      return [{ kind: "duplicate", order, account, symbol }];
    }
    this.seen.set(request.id, undefined);
    const target = this.seen.get(request.target);
    if (target === undefined) return [{ kind: "cancel_rejected", ...about, reason: "unknown" }];
    if (target.account !== request.account) return [{ kind: "cancel_rejected", ...about, reason: "not_owner" }];
    const live = this.live.find(({ id }) => id === request.target);
    if (live === undefined) return [{ kind: "cancel_rejected", ...about, reason: "done" }];
    this.remove(live);
    const { id: order, account, symbol, leaves } = live;
    return [{ kind: "cancelled", order, account, symbol, leaves }];
  }

  private remove(order: Live): void {
    this.live.splice(this.live.indexOf(order), 1);
  }
}
