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

const decimal = (value: number): string => value.toFixed(2);

/** A random walk from a fixed seed: mostly tickers, some trades and depth updates, like the exchange's own mix. */
export function madeCapture(dir: string, frames: number, damage: string[] = []): Capture {
  let state = 42;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const counts = { bookTicker: 0, trade: 0, depthUpdate: 0 };
  const lines: string[] = [];
  let [mid, update, at] = [60_000, 1000, 1_700_000_000_000_000_000n];
  for (let i = 0; i < frames; i += 1) {
    mid += (random() - 0.5) * 4;
    at += 4_000_000n;
    const kind = i % 14 === 0 ? "depthUpdate" : i % 4 === 0 ? "trade" : "bookTicker";
    counts[kind] += 1;
    const ms = Number(at / 1_000_000n);
    const common = { s: "MADEUSDT", T: ms, E: ms };
    const [bid, ask] = [decimal(mid - 0.5), decimal(mid + 0.5)];
    const data =
      kind === "depthUpdate"
        ? {
            e: kind,
            ...common,
            U: update + 1,
            u: update + 3,
            pu: update,
            b: [[bid, decimal(1 + random())]],
            a: [[ask, decimal(1 + random())]],
          }
        : kind === "trade"
          ? { e: kind, ...common, t: i, p: random() < 0.5 ? bid : ask, q: "0.01", X: "MARKET", m: random() < 0.5 }
          : { e: kind, u: update, ...common, b: bid, B: decimal(1 + random()), a: ask, A: decimal(1 + random()) };
    if (kind === "depthUpdate") update += 3;
    lines.push(`${at} ${JSON.stringify({ stream: `madeusdt@${kind}`, data })}`);
  }
  // Damage is spread over the file: a corrupt frame must not hide those behind it.
  for (const [i, line] of damage.entries())
    lines.splice(Math.floor(((i + 1) * lines.length) / (damage.length + 1)), 0, line);
  const file = join(dir, "made.gz");
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
  return { file, ...counts };
}
