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
BLOCKED_WAIT = 0.02
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
            link = Link(settings.kafka, state.begin)
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
        self._ends: list[int | None] = [None, None]  # where we have read all that is committed
        self._positions = self._processor.positions()
        self._committed_at = self._probed_at = time.monotonic()

    def run(self) -> None:
        more = False
        while not self._state.stopping.is_set():
            self._state.heartbeat()
            for message in self._link.poll(0 if more else self._patience()):
                self._take(message)
            more = self._process()
            self._hold()
            if self._due():
                self._commit()
            self._probe()
        if self._processor.positions() != self._positions:
            self._commit()

    def _patience(self) -> float:
        return IDLE_WAIT if self._processor.blocked_by() is None else BLOCKED_WAIT

    def _take(self, message: Message) -> None:
        stream = STREAMS.index(message.topic() or "")
        error = message.error()
        if error is None:
            self._ends[stream] = None
            written = message.timestamp()[1]
            offset = message.offset() or 0
            self._processor.push(stream, offset, written, message.value() or b"")
        elif error.code() == KafkaError._PARTITION_EOF:
            self._ends[stream] = message.offset()
        else:
            raise KafkaException(error)

    def _process(self) -> bool:
        if self._processor.drain((False, False), self._batch):
            return True
        silent = self._processor.blocked_by()
        if silent is None or not self._settled(silent):
            return False
        return self._processor.drain((silent == 0, silent == 1), self._batch)

    def _settled(self, stream: int) -> bool:
        """Nothing that belongs before the records we hold can still come from this topic.

        They were committed together with what precedes them in it, so that is in its log: either
        read by us or, where the commit hasn't reached this topic yet, beyond our committed end.
        """
        end = self._ends[stream]
        return end is not None and self._link.written_end(STREAMS[stream]) <= end

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
        books, trades = (end is not None for end in self._ends)
        restored = self._processor.restored((books, trades))
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
                self._accounts.lag(topic, max(0, behind) if self._ends[stream] is None else 0)
            self._accounts.kafka(True)
        except KafkaException as cause:
            # The client connects again by itself; the link is as good as before.
            self._accounts.kafka(False)
            self._state.not_ready = f"kafka: {cause}"
