/** A capture to replay: a real one where it lies beside the checkout, else one made here in the same format. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { original } from "./checkout.ts";

export interface Capture {
  file: string;
  bookTicker: number;
  trade: number;
  depthUpdate: number;
}

const real = join(original, "..", "shared", "data", "binance-usdm-btcusdt-20240808.gz");

/** The frames of the real one are counted by those who recorded it. */
export const realCapture = (): Capture | undefined =>
  existsSync(real) ? { file: real, bookTicker: 66_089, trade: 21_313, depthUpdate: 6_551 } : undefined;

/** The venue's three kinds of market write the same frames a little differently. */
export type Market = "usdm" | "coinm" | "spot";

const symbols: Record<Market, string> = { usdm: "MADEUSDT", coinm: "MADEUSD_PERP", spot: "MADEBTC" };

const decimal = (value: number): string => value.toFixed(2);

interface Tick {
  /** Milliseconds since the epoch. */
  ms: number;
  id: number;
  bid: string;
  ask: string;
  quantities: [string, string];
  buyerRests: boolean;
  /** The update id before this frame. */
  update: number;
}

type Kind = "bookTicker" | "trade" | "depthUpdate";

/** What the venue sends in each market: spot leaves out times and the previous id, coin-margined adds the pair. */
function data(market: Market, kind: Kind, tick: Tick): object {
  const { ms, id, bid, ask, quantities, buyerRests, update } = tick;
  const [bidQty, askQty] = quantities;
  const s = symbols[market];
  const futures = market !== "spot";
  const head = { e: kind, E: ms, ...(futures && { T: ms }), s, ...(market === "coinm" && { ps: "MADEUSD" }) };
  if (kind === "bookTicker") {
    const quote = { b: bid, B: bidQty, a: ask, A: askQty };
    return futures ? { ...head, u: update, ...quote } : { u: update, s, ...quote };
  }
  if (kind === "trade") {
    const [p, q] = [buyerRests ? bid : ask, futures ? "1" : "0.01"];
    return { ...head, t: id, p, q, ...(futures ? { X: "MARKET" } : { T: ms, M: true }), m: buyerRests };
  }
  const ids = { U: update + 1, u: update + 3, ...(futures && { pu: update }) };
  return { ...head, ...ids, b: [[bid, bidQty]], a: [[ask, askQty]] };
}

/** A random walk from a fixed seed: mostly tickers, some trades and depth updates, like the exchange's own mix. */
export function madeCapture(dir: string, frames: number, market: Market = "usdm", damage: string[] = []): Capture {
  let state = 42;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const counts = { bookTicker: 0, trade: 0, depthUpdate: 0 };
  const lines: string[] = [];
  let [mid, update, at] = [60_000, 1000, 1_700_000_000_000_000_000n];
  for (let id = 0; id < frames; id += 1) {
    mid += (random() - 0.5) * 4;
    at += 4_000_000n;
    const kind = id % 14 === 0 ? "depthUpdate" : id % 4 === 0 ? "trade" : "bookTicker";
    counts[kind] += 1;
    const quantities: [string, string] = [decimal(1 + random()), decimal(1 + random())];
    const [bid, ask] = [decimal(mid - 0.5), decimal(mid + 0.5)];
    const tick = { ms: Number(at / 1_000_000n), id, bid, ask, quantities, buyerRests: random() < 0.5, update };
    const stream = `${symbols[market].toLowerCase()}@${kind}`;
    lines.push(`${at} ${JSON.stringify({ stream, data: data(market, kind, tick) })}`);
    if (kind === "depthUpdate") update += 3;
  }
  // Damage is spread over the file: a corrupt frame must not hide those behind it.
  for (const [i, line] of damage.entries())
    lines.splice(Math.floor(((i + 1) * lines.length) / (damage.length + 1)), 0, line);
  const file = join(dir, `made-${market}.gz`);
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
  return { file, ...counts };
}
