"""The main loop: read, process, commit; after any error connect again from what was committed."""

import time

from confluent_kafka import KafkaError, KafkaException, Message

from trading_signal import jsonlog
from trading_signal.accounts import Accounts
from trading_signal.config import Settings
from trading_signal.link import Link
from trading_signal.merge import STREAMS
from trading_signal.model import Model
from trading_signal.processor import Batch, Processor
from trading_signal.state import State
from trading_signal.strategy import Strategy

IDLE_WAIT = 0.5
SETTLE_SECONDS = 0.1  # a topic silent this long at its end has nothing older to come
COMMIT_SECONDS = 1.0  # records that led to no signal may wait this long for their commit
RENEW_SECONDS = 3_600.0  # an idle group's offsets would expire
PROBE_SECONDS = 5.0
FAR_AHEAD = 20_000
BACKOFF = (0.1, 0.2, 0.5, 1.0)
STABLE_SECONDS = 10.0  # a connection that held this long starts the backoff anew


def run(settings: Settings, model: Model, state: State, accounts: Accounts) -> None:
    failures = 0
    while not state.stopping.is_set():
        state.heartbeat()
        started = time.monotonic()
        link = None
        try:
            link = Link(settings.kafka, state.heartbeat)
            Connection(link, Strategy(model, settings.rules), state, accounts).run()
        except (KafkaException, OSError) as cause:
            state.not_ready = f"kafka: {cause}"
            accounts.kafka(False)
            jsonlog.warn("kafka is unusable, connecting again", error=str(cause))
        finally:
            state.heartbeat()
            if link:
                link.close()
        failures = 0 if time.monotonic() - started > STABLE_SECONDS else failures + 1
        state.stopping.wait(BACKOFF[min(failures, len(BACKOFF) - 1)])


class Connection:
    """One link and the state that was restored for it."""

    def __init__(self, link: Link, strategy: Strategy, state: State, accounts: Accounts) -> None:
        self._link = link
        self._processor = Processor(strategy, link.start)
        self._state = state
        self._accounts = accounts
        self._batch = Batch()
        self._at_end = [False, False]
        self._arrived = [0.0, 0.0]
        self._positions = self._processor.positions()
        self._committed_at = self._probed_at = time.monotonic()

    def run(self) -> None:
        more = False
        while not self._state.stopping.is_set():
            self._state.heartbeat()
            for message in self._link.poll(0 if more else self._patience()):
                self._take(message)
            more = self._processor.drain(self._settled(), self._batch)
            self._hold()
            if self._due():
                self._commit()
            self._probe()
        if self._processor.positions() != self._positions:
            self._commit()

    def _patience(self) -> float:
        waiting = self._processor.waiting(0) + self._processor.waiting(1)
        return SETTLE_SECONDS if waiting else IDLE_WAIT

    def _take(self, message: Message) -> None:
        stream = STREAMS.index(message.topic() or "")
        error = message.error()
        if error is None:
            self._at_end[stream] = False
            self._arrived[stream] = time.monotonic()
            written = message.timestamp()[1]
            offset = message.offset() or 0
            self._processor.push(stream, offset, written, message.value() or b"")
        elif error.code() == KafkaError._PARTITION_EOF:
            self._at_end[stream] = True
        else:
            raise KafkaException(error)

    def _settled(self) -> tuple[bool, bool]:
        before = time.monotonic() - SETTLE_SECONDS
        books, trades = self._at_end
        return (books and self._arrived[0] < before, trades and self._arrived[1] < before)

    def _hold(self) -> None:
        for stream in range(len(STREAMS)):
            waiting = self._processor.waiting(stream)
            if waiting > FAR_AHEAD:
                self._link.hold(stream, True)
            elif waiting < FAR_AHEAD // 4:
                self._link.hold(stream, False)

    def _due(self) -> bool:
        if self._batch.signals:
            return True
        waited = time.monotonic() - self._committed_at
        if waited < COMMIT_SECONDS:
            return False
        return waited > RENEW_SECONDS or self._processor.positions() != self._positions

    def _commit(self) -> None:
        positions = self._processor.positions()
        started = time.monotonic()
        try:
            self._link.commit(self._batch.signals, positions)
        except KafkaException:
            self._accounts.transaction("aborted", time.monotonic() - started)
            raise
        self._committed_at = time.monotonic()
        self._positions = positions
        self._accounts.transaction("committed", self._committed_at - started)
        self._accounts.committed(self._batch)
        self._batch = Batch()

    def _probe(self) -> None:
        """Asks Kafka for the ends now and then: lag, and whether it answers at all."""
        self._accounts.stream(self._processor)
        restored = self._processor.restored((self._at_end[0], self._at_end[1]))
        if restored and self._state.not_ready and self._accounts.kafka_is_up:
            self._state.not_ready = ""
            jsonlog.info("ready", committed=[position.offset for position in self._positions])
        if time.monotonic() - self._probed_at < PROBE_SECONDS and self._accounts.kafka_is_up:
            return
        self._probed_at = time.monotonic()
        try:
            for stream, topic in enumerate(STREAMS):
                end = self._link.ends(topic)[1]
                behind = end - self._processor.next_offset(stream)
                self._accounts.lag(topic, 0 if self._at_end[stream] else max(0, behind))
            self._accounts.kafka(True)
        except KafkaException as cause:
            # The client connects again by itself; the link is as good as before.
            self._accounts.kafka(False)
            self._state.not_ready = f"kafka: {cause}"
