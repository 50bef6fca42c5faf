"""What the model sees: a few dimensionless numbers over a window of event time.

Everything is a function of the messages whose `recv` lies in the last LONG_NS, never of older
ones: a restarted process that reads that much again computes exactly the same numbers. All of
them change sign when buyers and sellers change places.
"""

from collections import deque

from trading_signal.messages import Book, Trade

SHORT_NS = 1_000_000_000
LONG_NS = 10_000_000_000

FEATURES = (
    "imbalance",  # (bid_qty - ask_qty) / (bid_qty + ask_qty)
    "micro_bps",  # where the volume-weighted price lies, relative to the mid
    "return_1s_bps",
    "return_10s_bps",
    "flow_1s",  # (bought - sold) / (bought + sold) by takers
    "flow_10s",
)

Vector = tuple[float, float, float, float, float, float]


class Returns:
    """The mid's change since the oldest quote in the window."""

    __slots__ = ("_mids", "_span")

    def __init__(self, span: int) -> None:
        self._span = span
        self._mids: deque[tuple[int, int]] = deque()

    def add(self, recv: int, mid2: int) -> None:
        mids = self._mids
        mids.append((recv, mid2))
        horizon = recv - self._span
        while mids[0][0] < horizon:
            mids.popleft()

    def bps(self) -> float:
        oldest, latest = self._mids[0][1], self._mids[-1][1]
        return (latest - oldest) * 10_000 / oldest


class Flow:
    """Who was in a hurry: takers' signed share of the volume in the window."""

    __slots__ = ("_net", "_span", "_total", "_trades")

    def __init__(self, span: int) -> None:
        self._span = span
        self._trades: deque[tuple[int, int]] = deque()
        self._net = 0
        self._total = 0

    def add(self, recv: int, signed: int) -> None:
        self._trades.append((recv, signed))
        self._net += signed
        self._total += abs(signed)
        self.expire(recv)

    def expire(self, recv: int) -> None:
        trades = self._trades
        horizon = recv - self._span
        while trades and trades[0][0] < horizon:
            signed = trades.popleft()[1]
            self._net -= signed
            self._total -= abs(signed)

    def ratio(self) -> float:
        return self._net / self._total if self._total else 0.0


class Window:
    """One symbol's recent past."""

    __slots__ = ("_flow_long", "_flow_short", "_return_long", "_return_short")

    def __init__(self) -> None:
        self._return_short = Returns(SHORT_NS)
        self._return_long = Returns(LONG_NS)
        self._flow_short = Flow(SHORT_NS)
        self._flow_long = Flow(LONG_NS)

    def add_book(self, book: Book) -> None:
        mid2 = book.bid + book.ask  # twice the mid stays an integer
        self._return_short.add(book.recv, mid2)
        self._return_long.add(book.recv, mid2)

    def add_trade(self, trade: Trade) -> None:
        signed = trade.qty if trade.taker == "buy" else -trade.qty
        self._flow_short.add(trade.recv, signed)
        self._flow_long.add(trade.recv, signed)

    def features(self, book: Book) -> Vector:
        """The vector at `book`, which must be the last book added."""
        self._flow_short.expire(book.recv)
        self._flow_long.expire(book.recv)
        depth = book.bid_qty + book.ask_qty
        imbalance = (book.bid_qty - book.ask_qty) / depth if depth else 0.0
        spread_bps = (book.ask - book.bid) * 20_000 / (book.ask + book.bid)
        return (
            imbalance,
            imbalance * spread_bps / 2,
            self._return_short.bps(),
            self._return_long.bps(),
            self._flow_short.ratio(),
            self._flow_long.ratio(),
        )
