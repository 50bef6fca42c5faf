"""When to say something, and what: a deterministic function of the message stream.

Event time is cut into slots of EVALUATE_EVERY_MS. The first usable book of a symbol in a slot is
evaluated: the maker quotes at the touch on both sides, and where the score is strong enough the
momentum account takes, priced through that quote. Slots, unlike "so long after the last time",
need no memory older than a slot, so a restart in the middle changes nothing.
"""

from collections import Counter
from dataclasses import dataclass

from trading_signal.features import LONG_NS, Vector, Window
from trading_signal.messages import INT64_MAX, Book, Signal, Trade
from trading_signal.model import Model

SCALE = 100_000_000  # prices and quantities are integers at 1e-8
BPS = 10_000


@dataclass(frozen=True, slots=True)
class Rules:
    evaluate_every_ns: int = 250_000_000
    quote_notional: int = 1_000  # whole units of the quote currency
    take_offset_bps: int = 5
    threshold_ppm: int = 500_000


class _Symbol:
    __slots__ = ("last_recv", "slot", "window")

    def __init__(self) -> None:
        self.window = Window()
        self.slot = -1
        self.last_recv = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    features: Vector
    score: int
    signals: list[Signal]


class Strategy:
    def __init__(self, model: Model, rules: Rules) -> None:
        self._model = model
        self._rules = rules
        self._symbols: dict[str, _Symbol] = {}
        self.skipped: Counter[str] = Counter()

    def reset(self) -> None:
        """A new session: prices before it say nothing about prices after it."""
        self._symbols.clear()

    def on_trade(self, trade: Trade) -> None:
        if trade.price == 0 or trade.qty == 0:
            self.skipped["empty_trade"] += 1
            return
        self._symbol(trade.symbol, trade.recv).window.add_trade(trade)

    def on_book(self, book: Book) -> Evaluation | None:
        reason = unusable(book)
        if reason:
            self.skipped[reason] += 1
            return None
        state = self._symbol(book.symbol, book.recv)
        state.window.add_book(book)
        slot = book.recv // self._rules.evaluate_every_ns
        if slot <= state.slot:
            return None
        state.slot = slot
        features = state.window.features(book)
        score = self._model.score(features)
        return Evaluation(features, score, self._signals(book, score))

    def _symbol(self, name: str, recv: int) -> _Symbol:
        state = self._symbols.get(name)
        if state is None or recv < state.last_recv - LONG_NS:
            # A receive clock set back by more than the window would freeze the symbol.
            state = self._symbols[name] = _Symbol()
        state.last_recv = max(state.last_recv, recv)
        return state

    def _signals(self, book: Book, score: int) -> list[Signal]:
        mid = (book.bid + book.ask) // 2
        qty = self._rules.quote_notional * SCALE * SCALE // mid
        through = BPS + self._rules.take_offset_bps
        high = book.ask * through // BPS
        low = max(1, book.bid * (2 * BPS - through) // BPS)
        if qty == 0 or max(qty, high) > INT64_MAX:
            self.skipped["size"] += 1
            return []
        wanted = [("maker", "quote", "buy", book.bid), ("maker", "quote", "sell", book.ask)]
        if score >= self._rules.threshold_ppm:
            wanted.append(("momentum", "take", "buy", high))
        elif score <= -self._rules.threshold_ppm:
            wanted.append(("momentum", "take", "sell", low))
        return [
            Signal(
                v=1,
                id=f"{book.session}/{book.seq}/{n}",
                session=book.session,
                seq=book.seq,
                symbol=book.symbol,
                ts=book.ts,
                account=account,
                intent=intent,
                side=side,
                price=price,
                qty=qty,
                ref=mid,
                score=score,
                model=self._model.short_hash,
            )
            for n, (account, intent, side, price) in enumerate(wanted, start=1)
        ]


def unusable(book: Book) -> str | None:
    """Why a book can't be quoted on, if so. A ticker states the touch; depth must be synced."""
    if book.source == "depth" and not book.synced:
        return "unsynced"
    if book.bid == 0 or book.ask == 0:
        return "empty"
    if book.bid >= book.ask:
        return "crossed"
    return None
