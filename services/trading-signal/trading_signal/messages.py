"""The messages this service reads and writes, in their canonical bytes."""

from operator import itemgetter
from typing import Any, NamedTuple

import orjson

INT64_MAX = 2**63 - 1


class CorruptError(ValueError):
    """The bytes are not a message of this topic."""


class Book(NamedTuple):
    v: int
    session: str
    seq: int
    symbol: str
    source: str
    ts: int
    recv: int
    bid: int
    bid_qty: int
    ask: int
    ask_qty: int
    synced: bool


class Trade(NamedTuple):
    v: int
    session: str
    seq: int
    symbol: str
    ts: int
    recv: int
    id: int
    price: int
    qty: int
    taker: str


class Signal(NamedTuple):
    v: int
    id: str
    session: str
    seq: int
    symbol: str
    ts: int
    account: str
    intent: str
    side: str
    price: int
    qty: int
    ref: int
    score: int
    model: str


def encode(message: Book | Trade | Signal) -> bytes:
    return orjson.dumps(message._asdict())


# The checks run for each message, so they compare whole tuples: types first, then the
# smallest and largest number. A bool's type isn't int, and a number that doesn't fit in
# 64 bits arrives as a float or beyond INT64_MAX.
_BOOK_TYPES = (int, str, int, str, str, int, int, int, int, int, int, bool)
_TRADE_TYPES = (int, str, int, str, int, int, int, int, int, str)
_SIGNAL_TYPES = (int, str, str, int, str, int, str, str, str, int, int, int, int, str)
_book_fields = itemgetter(*Book._fields)
_trade_fields = itemgetter(*Trade._fields)
_signal_fields = itemgetter(*Signal._fields)


def _fields(raw: bytes, getter: Any, types: tuple[type, ...]) -> tuple[Any, ...]:
    try:
        document = orjson.loads(raw)
        fields: tuple[Any, ...] = getter(document)
    except (orjson.JSONDecodeError, KeyError, TypeError) as cause:
        raise CorruptError(f"not a message of this topic: {cause!r}") from cause
    if len(document) != len(types) or tuple(map(type, fields)) != types or fields[0] != 1:
        raise CorruptError("fields or types differ from version 1 of this topic")
    return fields


def parse_book(raw: bytes) -> Book:
    fields = _fields(raw, _book_fields, _BOOK_TYPES)
    book = Book._make(fields)
    numbers = (book.seq - 1, *fields[5:11])
    if min(numbers) < 0 or max(numbers) > INT64_MAX or not book.session or not book.symbol:
        raise CorruptError("a number or name is out of range")
    if book.source not in ("ticker", "depth"):
        raise CorruptError(f"source {book.source!r} is not ticker or depth")
    return book


def parse_trade(raw: bytes) -> Trade:
    fields = _fields(raw, _trade_fields, _TRADE_TYPES)
    trade = Trade._make(fields)
    numbers = (trade.seq - 1, *fields[4:9])
    if min(numbers) < 0 or max(numbers) > INT64_MAX or not trade.session or not trade.symbol:
        raise CorruptError("a number or name is out of range")
    if trade.taker not in ("buy", "sell"):
        raise CorruptError(f"taker {trade.taker!r} is not buy or sell")
    return trade


def parse_signal(raw: bytes) -> Signal:
    """Nothing here consumes signals; tests and tools that read the topic back do."""
    return Signal._make(_fields(raw, _signal_fields, _SIGNAL_TYPES))
