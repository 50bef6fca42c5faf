import gzip
import hashlib
from pathlib import Path

import pytest

from trading_signal.messages import Book, Trade, encode, parse_book, parse_trade
from trading_signal.model import ARTEFACT
from training import capture, generate, train


def test_training_again_gives_the_committed_bytes() -> None:
    artefact = train.train()
    assert train.encode(artefact) == ARTEFACT.read_bytes()
    assert artefact["trained"]["holdout"]["auc"] > 0.65


def test_a_capture_is_added_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = map(frame, generate.messages(generate.Market(seed=21, seconds=60)))
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress("".join(lines).encode("ascii")))
    monkeypatch.setattr(train, "SECONDS", 60)
    alone, added = train.train(), train.train(path)
    assert added["trained"]["rows"] > alone["trained"]["rows"]
    assert added["trained"]["capture_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def frame(message: Book | Trade) -> str:
    if isinstance(message, Trade):
        body = (
            f'"e":"trade","t":{message.id},"p":"{message.price / 1e8:.2f}",'
            f'"q":"{message.qty / 1e8:.3f}","m":{str(message.taker == "sell").lower()}'
        )
    else:
        touch = (message.bid, message.bid_qty, message.ask, message.ask_qty)
        b, b_qty, a, a_qty = (f"{number / 1e8:.3f}" for number in touch)
        body = f'"e":"bookTicker","b":"{b}","B":"{b_qty}","a":"{a}","A":"{a_qty}"'
    time = message.ts // 1_000_000
    return f'{message.recv} {{"data":{{"s":"{message.symbol}","T":{time},{body}}}}}\n'


def test_capture_reads_back_what_was_written(tmp_path: Path) -> None:
    made = list(generate.messages(generate.Market(seed=22, seconds=20)))
    path = tmp_path / "capture.gz"
    path.write_bytes(gzip.compress("".join(map(frame, made)).encode("ascii")))
    read = list(capture.messages(path, session=made[0].session))
    tickers = [m._replace(source="ticker") if isinstance(m, Book) else m for m in made]
    assert read == tickers


def test_generated_messages_are_valid_and_repeatable() -> None:
    made = list(generate.messages(generate.Market(seed=3, seconds=30)))
    assert made == list(generate.messages(generate.Market(seed=3, seconds=30)))
    assert [message.seq for message in made] == list(range(1, len(made) + 1))
    assert sorted(m.recv for m in made) == [m.recv for m in made]
    for message in made:
        parse = parse_trade if isinstance(message, Trade) else parse_book
        assert parse(encode(message)) == message
    assert 0.3 < sum(isinstance(m, Trade) for m in made) / len(made) < 0.6
