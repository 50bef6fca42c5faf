"""The real client against librdkafka's own mock cluster.

The mock keeps records and knows transactions as calls, but neither hides aborted records nor keeps
offsets committed in a transaction, so starting again is tested without a broker in
test_processor.py and with a real one in test_real_kafka.py.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from confluent_kafka import Consumer, Message, Producer, TopicPartition

from trading_signal import model, pipeline
from trading_signal.accounts import Accounts
from trading_signal.config import Settings
from trading_signal.ledger import Ledger
from trading_signal.link import Link
from trading_signal.merge import STREAMS
from trading_signal.messages import Book, Signal, Trade, encode, parse_signal
from trading_signal.metrics import Metrics
from trading_signal.state import State
from trading_signal.strategy import Rules, Strategy
from training import generate

MODEL = model.load()
MARKET = list(generate.messages(generate.Market(seed=1, seconds=20)))


@dataclass
class Broker:
    address: str
    _feed: Producer

    def create(self, topic: str) -> None:
        self._feed.list_topics(topic, timeout=10)

    def feed(self, messages: list[Book | Trade]) -> None:
        for message in messages:
            stream = STREAMS[isinstance(message, Trade)]
            self._feed.produce(stream, encode(message), message.symbol.encode(), 0)
        assert self._feed.flush(20) == 0

    def junk(self, topic: str, value: bytes) -> None:
        self._feed.produce(topic, value, b"X", 0)
        assert self._feed.flush(20) == 0

    def signals(self) -> list[Message]:
        reader = Consumer(
            {"bootstrap.servers": self.address, "group.id": "test", "enable.partition.eof": True}
        )
        reader.assign([TopicPartition("signals", 0, 0)])
        found: list[Message] = []
        while (message := reader.poll(10)) and not message.error():
            found.append(message)
        reader.close()
        return found


@pytest.fixture
def broker() -> Iterator[Broker]:
    host = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock", "log_level": 0})
    (node,) = host.list_topics(timeout=10).brokers.values()
    address = f"{node.host}:{node.port}"
    yield Broker(address, Producer({"bootstrap.servers": address, "log_level": 0}))
    host.flush(1)


@dataclass
class Running:
    state: State
    metrics: Metrics
    ledger: Ledger
    thread: threading.Thread

    def until(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.state
            time.sleep(0.02)

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"horizon_trading_signal_{name}", labels) or 0

    def stop(self) -> None:
        self.state.stopping.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture
def running(settings: Settings, broker: Broker) -> Iterator[Running]:
    settings = replace(settings, kafka=replace(settings.kafka, brokers=broker.address))
    state, metrics, ledger = State(), Metrics(MODEL), Ledger()
    accounts = Accounts(MODEL, metrics, ledger)
    arguments = (settings, MODEL, state, accounts)
    thread = threading.Thread(target=pipeline.run, args=arguments, daemon=True)
    thread.start()
    run = Running(state, metrics, ledger, thread)
    yield run
    run.stop()


def expected(messages: list[Book | Trade]) -> list[Signal]:
    strategy = Strategy(MODEL, Rules())
    said: list[Signal] = []
    for message in messages:
        if isinstance(message, Trade):
            strategy.on_trade(message)
        elif evaluation := strategy.on_book(message):
            said += evaluation.signals
    return said


def test_topics_that_come_late_and_everything_after(broker: Broker, running: Running) -> None:
    running.until(lambda: "signals don't exist" in running.state.not_ready)
    broker.junk("md.book", b"{}")
    broker.feed(MARKET)
    running.until(lambda: "topics signals don't exist" in running.state.not_ready)
    broker.create("signals")
    running.until(lambda: running.state.not_ready == "")
    said = expected(MARKET)
    running.until(
        lambda: sum(running.value("messages_total", topic=t) for t in STREAMS) == len(MARKET)
    )
    found = broker.signals()
    assert [parse_signal(message.value() or b"") for message in found] == said
    assert {message.key() for message in found} == {b"SIMUSDT"}
    assert running.value("corrupt_total", topic="md.book") == 1
    assert running.value("kafka_up") == 1
    assert running.value("score_count") == running.value("evaluation_seconds_count") > 0
    counted = running.ledger.unsaved()[MARKET[0].session]
    assert counted.quotes + counted.takes == len(said)
    assert (counted.first_seq, counted.last_seq) == (1, len(MARKET))


def test_a_duplicate_feed_says_nothing_twice(broker: Broker, running: Running) -> None:
    broker.feed(MARKET)
    broker.feed(MARKET)
    broker.create("signals")
    running.until(
        lambda: sum(running.value("duplicates_total", topic=t) for t in STREAMS) == len(MARKET)
    )
    running.stop()
    assert len(broker.signals()) == len(expected(MARKET))


def test_a_far_ahead_topic_is_held_and_goes_on(
    broker: Broker, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    hold = Link.hold

    def record(link: Link, stream: int, value: bool) -> None:
        held.append(value)
        hold(link, stream, value)

    monkeypatch.setattr(pipeline, "FAR_AHEAD", 100)
    monkeypatch.setattr(Link, "hold", record)
    for topic in (*STREAMS, "signals"):
        broker.create(topic)
    trades = [message for message in MARKET if isinstance(message, Trade)]
    books = [message for message in MARKET if isinstance(message, Book)]
    broker.feed(list(books[:1]))
    running.until(lambda: running.value("messages_total", topic="md.book") == 1)
    half = len(trades) // 2
    broker.feed(list(trades[:half]) + list(books[1:]) + list(trades[half:]))
    total = len(MARKET)
    running.until(
        lambda: (
            sum(
                running.value(f"{kind}_total", topic=topic)
                for kind in ("messages", "duplicates")
                for topic in STREAMS
            )
            == total
        )
    )
    assert held


def test_a_stop_before_kafka_is_there(settings: Settings) -> None:
    state, metrics = State(), Metrics(MODEL)
    accounts = Accounts(MODEL, metrics, Ledger())
    arguments = (settings, MODEL, state, accounts)
    thread = threading.Thread(target=pipeline.run, args=arguments, daemon=True)
    thread.start()
    time.sleep(0.3)
    assert state.not_ready
    state.stopping.set()
    thread.join(60)
    assert not thread.is_alive()
