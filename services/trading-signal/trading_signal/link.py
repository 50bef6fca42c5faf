"""One consumer and one transactional producer, connected together and thrown away together.

The two partitions are assigned, not subscribed to: there is one process, the transactional.id
fences a predecessor that still runs, and a restart has no rebalance to wait for. The group holds
only the offsets, which are committed in the producer's transactions.
"""

import contextlib
from collections.abc import Callable

import orjson
from confluent_kafka import (
    Consumer,
    IsolationLevel,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from trading_signal import SERVICE, jsonlog
from trading_signal.clients import common
from trading_signal.config import Kafka
from trading_signal.merge import STREAMS
from trading_signal.messages import Signal, encode
from trading_signal.processor import Position

SIGNALS = "signals"
PARTITION = 0  # each topic has one: its order is the order of the system
CALL_SECONDS = 5.0  # no call to Kafka may keep the main loop longer


class Link:
    def __init__(self, settings: Kafka, begin: Callable[[str], None]) -> None:
        """Connects; raises KafkaException if anything isn't there yet.

        `begin` is told of each call before it is made: some can block for ever (watchdog.py).
        """
        self._begin = begin
        shared = common(settings)
        self._producer = Producer(
            shared
            | {
                "transactional.id": SERVICE,
                "transaction.timeout.ms": 15_000,
                "linger.ms": 2,
                "acks": "all",
            }
        )
        begin("list_topics")
        _require_topics(self._producer)
        # Fences the predecessor and ends its open transaction, so the offsets below are final.
        begin("init_transactions")
        self._producer.init_transactions(CALL_SECONDS)
        self._consumer = Consumer(
            shared
            | {
                "group.id": SERVICE,
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "queued.max.messages.kbytes": 8_192,
                "fetch.queue.backoff.ms": 20,
            }
        )
        self._admin = AdminClient(shared)
        self.start = self._assign()
        self._group = self._consumer.consumer_group_metadata()
        self._paused = [False, False]

    def _assign(self) -> tuple[Position, Position]:
        wanted = [TopicPartition(topic, PARTITION) for topic in STREAMS]
        starts = []
        self._begin("committed")
        for partition in self._consumer.committed(wanted, timeout=CALL_SECONDS):
            if partition.error:
                raise KafkaException(partition.error)
            start = _restore(partition.offset, partition.metadata)
            self._check_exists(partition.topic, start.offset)
            starts.append(start)
        self._consumer.assign(
            [
                TopicPartition(topic, PARTITION, start.warm)
                for topic, start in zip(STREAMS, starts, strict=True)
            ]
        )
        return (starts[0], starts[1])

    def _check_exists(self, topic: str, committed: int) -> None:
        _, end = self.ends(topic)
        if committed <= end:
            return
        jsonlog.error(
            "a topic ends before the committed offset",
            what=f"topic {topic} was made anew or lost records",
            given=f"committed offset {committed}, end {end}",
            allowed="an end at or after the committed offset",
            remedy=f"reset the offsets of group {SERVICE} once the topic is as it should be",
        )
        raise KafkaException(KafkaError(KafkaError.OFFSET_OUT_OF_RANGE, f"{topic} was made anew"))

    def poll(self, wait: float, limit: int = 2_000) -> list[Message]:
        """Waits for one message, then takes those that are already here."""
        self._begin("consume")
        messages = self._consumer.consume(1, wait)
        if messages:
            messages += self._consumer.consume(limit, 0)
        return messages

    def hold(self, stream: int, hold: bool) -> None:
        """Stops or goes on fetching a topic that ran far ahead of the other."""
        if hold != self._paused[stream]:
            partitions = [TopicPartition(STREAMS[stream], PARTITION)]
            (self._consumer.pause if hold else self._consumer.resume)(partitions)
            self._paused[stream] = hold

    def ends(self, topic: str) -> tuple[int, int]:
        """First and last stable offset, asked of the broker: also the proof that it answers."""
        partition = TopicPartition(topic, PARTITION)
        self._begin("get_watermark_offsets")
        bounds: tuple[int, int] | None = self._consumer.get_watermark_offsets(
            partition, timeout=CALL_SECONDS, cached=False
        )
        if bounds is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"no answer about {topic}"))
        return bounds

    def written_end(self, topic: str) -> int:
        """The end of the log, records of open transactions included."""
        self._begin("list_offsets")
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        wanted = {TopicPartition(topic, PARTITION): latest}
        (answer,) = self._admin.list_offsets(
            wanted,
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=CALL_SECONDS,
        ).values()
        return int(answer.result(CALL_SECONDS).offset)

    def commit(self, signals: list[Signal], positions: tuple[Position, Position]) -> None:
        self._begin("begin_transaction")
        self._producer.begin_transaction()
        for signal in signals:
            key = signal.symbol.encode("ascii")
            self._producer.produce(SIGNALS, encode(signal), key, PARTITION)
        offsets = [
            TopicPartition(topic, PARTITION, position.offset, metadata=_metadata(position))
            for topic, position in zip(STREAMS, positions, strict=True)
        ]
        self._begin("send_offsets_to_transaction")
        self._producer.send_offsets_to_transaction(offsets, self._group, CALL_SECONDS)
        self._begin("commit_transaction")
        self._producer.commit_transaction(CALL_SECONDS)

    def close(self) -> None:
        """Ends an open transaction if Kafka lets us; otherwise the next link's start does."""
        self._begin("abort_transaction")
        with contextlib.suppress(KafkaException):  # none open, fenced, or unreachable
            self._producer.abort_transaction(CALL_SECONDS)
        self._begin("close")
        self._consumer.close()


def _require_topics(producer: Producer) -> None:
    known = producer.list_topics(timeout=CALL_SECONDS).topics
    missing = [name for name in (*STREAMS, SIGNALS) if name not in known or known[name].error]
    if missing:
        reason = f"topics {', '.join(missing)} don't exist or may not be seen by this user"
        raise KafkaException(KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART, reason))


def _metadata(position: Position) -> str:
    return orjson.dumps({"warm": position.warm}).decode("ascii")


def _restore(offset: int, metadata: str | None) -> Position:
    if offset < 0:
        return Position(0, 0)  # nothing committed yet
    try:
        warm = orjson.loads(metadata or "")["warm"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        warm = offset  # committed by a person resetting the group: start cold
    return Position(offset, warm if isinstance(warm, int) and 0 <= warm <= offset else offset)
