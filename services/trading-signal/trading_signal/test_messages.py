import json
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_signal.messages import (
    Book,
    CorruptError,
    Signal,
    Trade,
    encode,
    parse_book,
    parse_signal,
    parse_trade,
)

GOLDEN = Path(__file__).parents[2] / "messages" / "golden.jsonl"
LINES = [json.loads(line) for line in GOLDEN.read_text(encoding="ascii").splitlines()]
PARSERS: dict[str, Callable[[bytes], Book | Trade | Signal]] = {
    "md.book": parse_book,
    "md.trade": parse_trade,
    "signals": parse_signal,
}

BOOK = {
    "v": 1,
    "session": "s",
    "seq": 1,
    "symbol": "BTCUSDT",
    "source": "ticker",
    "ts": 5,
    "recv": 6,
    "bid": 10,
    "bid_qty": 1,
    "ask": 11,
    "ask_qty": 1,
    "synced": True,
}
TRADE = {
    "v": 1,
    "session": "s",
    "seq": 1,
    "symbol": "BTCUSDT",
    "ts": 5,
    "recv": 6,
    "id": 7,
    "price": 10,
    "qty": 1,
    "taker": "buy",
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line['topic']}")
def test_golden_bytes(line: dict[str, str]) -> None:
    value = line["value"].encode("ascii")
    parse = PARSERS.get(line["topic"])
    # Topics that this service doesn't touch: their bytes are canonical JSON all the same.
    assert (encode(parse(value)) if parse else orjson.dumps(orjson.loads(value))) == value


def test_golden_covers_our_topics() -> None:
    assert {line["topic"] for line in LINES} >= set(PARSERS)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"seq": 0},
        {"seq": -1},
        {"seq": 1.0},
        {"bid": -1},
        {"bid": 2**63},
        {"bid": 2**64},
        {"bid": "10"},
        {"bid": None},
        {"source": "rumour"},
        {"synced": 1},
        {"session": ""},
        {"symbol": 3},
        {"surplus": 1},
    ],
)
def test_corrupt_books(change: dict[str, object]) -> None:
    parse_book(json.dumps(BOOK).encode())
    with pytest.raises(CorruptError):
        parse_book(json.dumps(BOOK | change).encode())


@pytest.mark.parametrize("name", sorted(BOOK))
def test_book_without_a_field(name: str) -> None:
    with pytest.raises(CorruptError):
        parse_book(json.dumps({key: BOOK[key] for key in BOOK if key != name}).encode())


@pytest.mark.parametrize("change", [{"taker": "both"}, {"qty": -1}, {"id": "7"}, {"price": 1e3}])
def test_corrupt_trades(change: dict[str, object]) -> None:
    parse_trade(json.dumps(TRADE).encode())
    with pytest.raises(CorruptError):
        parse_trade(json.dumps(TRADE | change).encode())


@given(st.one_of(st.binary(), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_nothing_else_escapes(junk: object) -> None:
    raw = junk if isinstance(junk, bytes) else json.dumps(junk).encode()
    for parse in PARSERS.values():
        with pytest.raises(CorruptError):
            parse(raw)
