"""A capture of a Binance feed as md.book and md.trade messages: receive time, a space, the frame.

Only what the model is trained or checked on: the book ticker and trades. Sequence numbers count
all lines, as the market-data service's do.
"""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from trading_signal.messages import Book, Trade


def messages(path: Path, session: str = "capture") -> Iterator[Book | Trade]:
    with gzip.open(path, "rt", encoding="ascii") as lines:
        for seq, line in enumerate(lines, start=1):
            recv, frame = line.split(" ", 1)
            data = json.loads(frame).get("data", {})
            head = (1, session, seq, data.get("s", ""))
            if data.get("e") == "bookTicker":
                touch = (_e8(data["b"]), _e8(data["B"]), _e8(data["a"]), _e8(data["A"]))
                yield Book(*head, "ticker", data["T"] * 1_000_000, int(recv), *touch, True)
            elif data.get("e") == "trade":
                size = (_e8(data["p"]), _e8(data["q"]))
                taker = "sell" if data["m"] else "buy"
                yield Trade(*head, data["T"] * 1_000_000, int(recv), data["t"], *size, taker)


def _e8(number: str) -> int:
    return int(Decimal(number).scaleb(8))
