"""A seeded market that looks like a Binance futures feed, as md.book and md.trade messages.

Fitted by quantiles to five minutes of BTCUSDT: a touch one tick wide nearly always, heavy-tailed
quantities, trades in bursts whose side persists, and a mid that stands still and then jumps. A
hidden `lean` of two seconds or so decides where it jumps; the queues show it well, takers' flow
poorly, because a slower `mood` that moves nothing decides most of that. The same seed gives the
same messages everywhere.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from trading_signal.messages import Book, Trade

TICK = 10_000_000  # 0.10 at 1e-8
LOT = 100_000  # 0.001 at 1e-8
START_NS = 1_700_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class Market:
    seed: int = 1
    seconds: int = 600
    symbol: str = "SIMUSDT"
    session: str = "gen-1700000000000000000"
    price: int = 6_000_000_000_000
    step_ms: float = 20.0  # mean time between moments at which something happens
    lean_seconds: float = 2.0
    mood_seconds: float = 8.0
    jumps_per_second: float = 1.2
    jump_ticks: float = 24.0  # median of a heavy tail
    burst_chance: float = 0.16  # of a market order at a moment


def messages(market: Market) -> Iterator[Book | Trade]:
    """Frames 1, 2, 3… of a session in order."""
    rng = random.Random(market.seed)
    now, seq, trade_id, bid, lean, mood = START_NS, 0, 0, market.price, 0.0, 0.0
    while now < START_NS + market.seconds * 1_000_000_000:
        gap = rng.expovariate(1_000 / market.step_ms)
        now += max(10_000, int(gap * 1_000_000_000))
        lean = _revert(rng, lean, gap / market.lean_seconds)
        mood = _revert(rng, mood, gap / market.mood_seconds)
        for _ in range(rng.randint(1, 8) if rng.random() < market.burst_chance else 0):
            seq += 1
            trade_id += 1
            yield _trade(market, rng, seq, trade_id, now, bid, 0.7 * lean + 1.6 * mood)
            now += 1_000
        if rng.random() < gap * market.jumps_per_second:
            ticks = round(market.jump_ticks * math.exp(rng.gauss(0, 1.0)))
            bid = max(TICK, bid + (ticks if rng.random() < _logistic(3 * lean) else -ticks) * TICK)
        seq += 1
        yield _book(market, rng, seq, now, bid, lean)


def _revert(rng: random.Random, value: float, elapsed: float) -> float:
    """One step of a unit Ornstein-Uhlenbeck process; `elapsed` in its time constants."""
    decay = math.exp(-elapsed)
    return value * decay + math.sqrt(1 - decay * decay) * rng.gauss(0, 1)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _book(market: Market, rng: random.Random, seq: int, now: int, bid: int, lean: float) -> Book:
    wide = 1 if rng.random() < 0.94 else rng.randint(2, 9)
    source = "depth" if rng.random() < 0.09 else "ticker"
    tilt = 0.8 * lean
    return Book(
        v=1,
        session=market.session,
        seq=seq,
        symbol=market.symbol,
        source=source,
        ts=now - now % 1_000_000,
        recv=now,
        bid=bid,
        bid_qty=_lots(rng, 2.6 * math.exp(tilt)),
        ask=bid + wide * TICK,
        ask_qty=_lots(rng, 2.6 * math.exp(-tilt)),
        synced=True,
    )


def _trade(
    market: Market, rng: random.Random, seq: int, number: int, now: int, bid: int, hurry: float
) -> Trade:
    buys = rng.random() < _logistic(hurry)
    return Trade(
        v=1,
        session=market.session,
        seq=seq,
        symbol=market.symbol,
        ts=now - now % 1_000_000,
        recv=now,
        id=number,
        price=bid + TICK if buys else bid,
        qty=_lots(rng, 0.016, sigma=1.9),
        taker="buy" if buys else "sell",
    )


def _lots(rng: random.Random, median: float, sigma: float = 1.1) -> int:
    lots = round(median * math.exp(rng.gauss(0, sigma)) * 1_000)
    return min(max(1, lots), 1_000_000) * LOT
