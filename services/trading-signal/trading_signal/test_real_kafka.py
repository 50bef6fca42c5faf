"""Against a real broker, with real processes that are killed.

HORIZON_TEST_KAFKA is the address of a plaintext broker that may be emptied: its topics md.book,
md.trade and signals are made anew. Without it these tests are skipped.
"""

import contextlib
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from trading_signal import SERVICE, model
from trading_signal.merge import STREAMS
from trading_signal.messages import Signal, Trade, encode, parse_signal
from trading_signal.ops import listen
from trading_signal.processor import Batch, Processor
from trading_signal.strategy import Rules, Strategy
from training import generate

BROKER = os.environ.get("HORIZON_TEST_KAFKA", "")
TOPICS = (*STREAMS, "signals")
MARKET = list(generate.messages(generate.Market(seed=2, seconds=200, session=f"t{time.time_ns()}")))

pytestmark = pytest.mark.skipif(not BROKER, reason="HORIZON_TEST_KAFKA names no broker")


@pytest.fixture(autouse=True)
def _empty_topics() -> None:
    admin = AdminClient({"bootstrap.servers": BROKER})
    for pending in (admin.delete_topics(list(TOPICS)), admin.delete_consumer_groups([SERVICE])):
        for future in pending.values():
            with contextlib.suppress(KafkaException):  # wasn't there
                future.result(20)
    for future in admin.create_topics([NewTopic(t, 1, 1) for t in TOPICS]).values():
        future.result(20)


class Service:
    """A process of its own, as the container runs it."""

    def __init__(self, environment: dict[str, str]) -> None:
        with listen(0) as first, listen(0) as second:
            ports = [listener.getsockname()[1] for listener in (first, second)]
        self.address = f"http://127.0.0.1:{ports[0]}"
        environment = environment | {
            "KAFKA_BROKERS": BROKER,
            "METRICS_PORT": str(ports[0]),
            "API_PORT": str(ports[1]),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        code = "import sys; from trading_signal.main import run; sys.exit(run())"
        self.process = subprocess.Popen([sys.executable, "-c", code], env=environment)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def services() -> Iterator[list[Service]]:
    started: list[Service] = []
    yield started
    for service in started:
        service.kill()


def feed() -> None:
    producer = Producer({"bootstrap.servers": BROKER, "transactional.id": "market-data"})
    producer.init_transactions(20)
    for part in itertools.batched(MARKET, 500, strict=False):
        producer.begin_transaction()
        for message in part:
            topic = STREAMS[isinstance(message, Trade)]
            producer.produce(topic, encode(message), message.symbol.encode(), 0)
        producer.commit_transaction(20)


def committed_signals() -> list[Signal]:
    reader = Consumer(
        {
            "bootstrap.servers": BROKER,
            "group.id": "test",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    reader.assign([TopicPartition("signals", 0, 0)])
    found: list[Signal] = []
    while (message := reader.poll(20)) and not message.error():
        found.append(parse_signal(message.value() or b""))
    reader.close()
    return found


def expected() -> list[Signal]:
    processor, batch = Processor(Strategy(model.load(), Rules())), Batch()
    offsets = [0, 0]
    for message in MARKET:
        stream = int(isinstance(message, Trade))
        processor.push(stream, offsets[stream], 0, encode(message))
        offsets[stream] += 1
    processor.drain((True, True), batch, limit=len(MARKET))
    return batch.signals


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_again_and_again(services: list[Service], environment: dict[str, str]) -> None:
    feed()
    dice = random.Random(1)
    for _ in range(6):
        services.append(Service(environment))
        until(lambda: len(committed_signals()) > 0 or services[-1].ready())
        time.sleep(dice.uniform(0.05, 0.8))
        services[-1].kill()
    services.append(Service(environment))
    wanted = expected()
    until(lambda: len(committed_signals()) >= len(wanted))
    assert committed_signals() == wanted
    services[-1].process.send_signal(signal.SIGTERM)
    assert services[-1].process.wait(10) == 0
    assert committed_signals() == wanted


def test_two_at_once_say_it_once(services: list[Service], environment: dict[str, str]) -> None:
    services += [Service(environment), Service(environment)]
    until(lambda: any(service.ready() for service in services))
    feed()
    wanted = expected()
    until(lambda: len(committed_signals()) >= len(wanted))
    services[0].kill()
    time.sleep(2)
    assert committed_signals() == wanted
