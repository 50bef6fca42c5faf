from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_signal import model
from trading_signal.messages import INT64_MAX, Book, Signal, Trade
from trading_signal.strategy import Rules, Strategy
from training import generate

MODEL = model.load()
E8 = 100_000_000


def said(messages: list[Book | Trade], rules: Rules) -> list[Signal]:
    strategy = Strategy(MODEL, rules)
    signals: list[Signal] = []
    for message in messages:
        if isinstance(message, Trade):
            strategy.on_trade(message)
        elif evaluation := strategy.on_book(message):
            signals += evaluation.signals
    return signals


def market(seed: int, seconds: int, price: int = 60_000 * E8) -> list[Book | Trade]:
    return list(generate.messages(generate.Market(seed=seed, seconds=seconds, price=price)))


AMOUNT = st.integers(0, INT64_MAX) | st.integers(0, 10**13)
BOOKS = st.builds(
    Book,
    v=st.just(1),
    session=st.just("s"),
    seq=st.just(1),
    symbol=st.sampled_from(["A", "B"]),
    source=st.sampled_from(["ticker", "depth"]),
    ts=st.integers(0, INT64_MAX),
    recv=st.integers(0, 3_000_000_000) | st.integers(0, INT64_MAX),
    bid=AMOUNT,
    bid_qty=AMOUNT,
    ask=AMOUNT,
    ask_qty=AMOUNT,
    synced=st.booleans(),
)
RULES = st.builds(
    Rules,
    evaluate_every_ns=st.integers(1, 10_000).map(lambda ms: ms * 1_000_000),
    quote_notional=st.integers(1, 10**9),
    take_offset_bps=st.integers(0, 1_000),
    threshold_ppm=st.integers(1, 1_000_000),
)


@given(st.lists(BOOKS, max_size=30), RULES)
def test_any_book_at_all(books: list[Book], rules: Rules) -> None:
    numbered = [book._replace(seq=seq) for seq, book in enumerate(books, start=1)]
    by_frame: dict[int, list[Signal]] = defaultdict(list)
    for signal in said(list(numbered), rules):
        by_frame[signal.seq].append(signal)
    for seq, signals in by_frame.items():
        check_frame(numbered[seq - 1], signals, rules)


def check_frame(book: Book, signals: list[Signal], rules: Rules) -> None:
    assert book.synced or book.source == "ticker"
    assert 0 < book.bid < book.ask
    assert [signal.id for signal in signals] == [
        f"s/{book.seq}/{n}" for n in range(1, len(signals) + 1)
    ]
    buy, sell = signals[:2]
    assert (buy.account, buy.intent, buy.side, buy.price) == ("maker", "quote", "buy", book.bid)
    assert (sell.account, sell.intent, sell.side, sell.price) == (
        "maker",
        "quote",
        "sell",
        book.ask,
    )
    for signal in signals:
        assert 0 < signal.price <= INT64_MAX
        assert 0 < signal.qty <= INT64_MAX
        assert book.bid <= signal.ref <= book.ask
        assert signal.qty * signal.ref <= rules.quote_notional * E8 * E8
        assert (signal.ts, signal.symbol) == (book.ts, book.symbol)
        assert signal.model == MODEL.sha256[:12]
    strong = abs(buy.score) >= rules.threshold_ppm
    assert len(signals) == 2 + strong
    if strong:
        take = signals[2]
        assert (take.account, take.intent) == ("momentum", "take")
        crosses = take.price >= book.ask if take.side == "buy" else take.price <= book.bid
        assert crosses
        assert take.side == ("buy" if take.score > 0 else "sell")


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([50, 250, 1_000]))
def test_at_most_one_evaluation_a_slot(seed: int, every_ms: int) -> None:
    every = every_ms * 1_000_000
    messages = market(seed, seconds=20)
    recv = {message.seq: message.recv for message in messages}
    slots = [recv[s.seq] // every for s in said(messages, Rules(every)) if s.id.endswith("/1")]
    assert len(slots) > 10
    assert slots == sorted(set(slots))


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_the_same_stream_says_the_same(seed: int) -> None:
    first, again = said(market(seed, 10), Rules()), said(market(seed, 10), Rules())
    assert first == again
    assert len({signal.id for signal in first}) == len(first) > 0


def test_both_directions_occur() -> None:
    takes = [s.side for s in said(market(seed=7, seconds=120), Rules()) if s.intent == "take"]
    assert min(takes.count("buy"), takes.count("sell")) > 10


def test_slots_are_kept_by_symbol() -> None:
    books = [
        message._replace(symbol=symbol, seq=2 * message.seq + (symbol == "B"))
        for message in market(seed=3, seconds=5)
        if isinstance(message, Book)
        for symbol in ("A", "B")
    ]
    signals = said(list(books), Rules())
    sides = [[s._replace(symbol="", id="", seq=0) for s in signals if s.symbol == x] for x in "AB"]
    assert sides[0] == sides[1] != []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "depth", "synced": False}, "unsynced"),
        ({"bid": 0}, "empty"),
        ({"ask": 0}, "empty"),
        ({"bid": 101 * E8}, "crossed"),
        ({"bid": 100 * E8, "ask": 100 * E8}, "crossed"),
        ({"bid": INT64_MAX - 1, "ask": INT64_MAX}, "size"),
    ],
)
def test_unusable_books_are_counted(change: dict[str, object], reason: str) -> None:
    good = Book(1, "s", 1, "X", "ticker", 1, 1, 99 * E8, E8, 100 * E8, E8, False)
    strategy = Strategy(MODEL, Rules())
    evaluation = strategy.on_book(good._replace(**change))  # type: ignore[arg-type]
    assert not evaluation or not evaluation.signals
    assert strategy.skipped == {reason: 1}
    strategy.reset()
    again = strategy.on_book(good)
    assert again
    assert len(again.signals) >= 2


def test_empty_trades_are_counted() -> None:
    strategy = Strategy(MODEL, Rules())
    strategy.on_trade(Trade(1, "s", 1, "X", 1, 1, 1, 100, 0, "buy"))
    assert strategy.skipped == {"empty_trade": 1}


def test_a_receive_clock_set_back_does_not_silence() -> None:
    good = Book(1, "s", 1, "X", "ticker", 1, 10**18, 99 * E8, E8, 100 * E8, E8, True)
    strategy = Strategy(MODEL, Rules())
    assert strategy.on_book(good)
    assert strategy.on_book(good._replace(recv=10**18 - 3_600 * 10**9))
