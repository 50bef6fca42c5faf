"""The windows are incremental; the oracle here looks at all messages each time."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_signal.features import LONG_NS, SHORT_NS, Window
from trading_signal.messages import Book, Trade


def book(recv: int, bid: int, ask: int, bid_qty: int = 1, ask_qty: int = 1) -> Book:
    return Book(1, "s", 1, "X", "ticker", recv, recv, bid, bid_qty, ask, ask_qty, True)


def trade(recv: int, qty: int, taker: str) -> Trade:
    return Trade(1, "s", 1, "X", recv, recv, 1, 100, qty, taker)


@dataclass
class Step:
    gap: int
    bid: int
    spread: int
    trade_qty: int
    buys: bool


STEPS = st.lists(
    st.builds(
        Step,
        gap=st.sampled_from([0, 1, SHORT_NS // 3, SHORT_NS, LONG_NS // 2, LONG_NS, LONG_NS + 1]),
        bid=st.integers(1, 10**13),
        spread=st.integers(1, 10**10),
        trade_qty=st.integers(0, 10**12),
        buys=st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@given(STEPS)
def test_equals_the_definition(steps: list[Step]) -> None:
    window, now = Window(), 0
    books: list[Book] = []
    trades: list[Trade] = []
    for step in steps:
        now += step.gap
        if step.trade_qty:
            trades.append(trade(now, step.trade_qty, "buy" if step.buys else "sell"))
            window.add_trade(trades[-1])
        books.append(book(now, step.bid, step.bid + step.spread))
        window.add_book(books[-1])
        found = window.features(books[-1])
        for place, span in ((2, SHORT_NS), (3, LONG_NS)):
            first = next(b for b in books if b.recv >= now - span)
            before, after = first.bid + first.ask, books[-1].bid + books[-1].ask
            assert found[place] == pytest.approx((after / before - 1) * 10_000, abs=1e-6, rel=1e-9)
        for place, span in ((4, SHORT_NS), (5, LONG_NS)):
            recent = [t for t in trades if t.recv >= now - span]
            bought = sum(t.qty for t in recent if t.taker == "buy")
            total = sum(t.qty for t in recent)
            expected = (2 * bought - total) / total if total else 0.0
            assert found[place] == expected
        assert all(-1 <= found[place] <= 1 for place in (0, 4, 5))


def test_imbalance_and_micro_price() -> None:
    window = Window()
    touch = book(1, 9_999, 10_001, bid_qty=30, ask_qty=10)  # mid 10,000: the spread is 2 bps
    window.add_book(touch)
    assert window.features(touch)[:2] == (0.5, 0.5)


def test_an_empty_queue_is_no_opinion() -> None:
    window = Window()
    touch = book(1, 9_999, 10_001, bid_qty=0, ask_qty=0)
    window.add_book(touch)
    assert window.features(touch) == (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
