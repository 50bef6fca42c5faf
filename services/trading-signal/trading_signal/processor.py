"""From raw records to signals and the offsets to commit with them. Knows no Kafka client.

A commit carries, for each topic, the offset to go on from and (as its metadata) the offset from
which reading again restores this state. After a restart the records between the two are replayed
with the output thrown away, so what follows is what would have followed without the restart.
"""

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from trading_signal.features import LONG_NS
from trading_signal.ledger import RunCounts
from trading_signal.merge import Merge, Record
from trading_signal.messages import Book, CorruptError, Signal, parse_book, parse_trade
from trading_signal.strategy import Evaluation, Strategy

PARSERS = (parse_book, parse_trade)
WARM_STEP_NS = 100_000_000  # how finely the offset to warm up from is known


@dataclass(frozen=True, slots=True)
class Position:
    offset: int  # the next record to process
    warm: int  # the record to read from to get the same state back


FRESH = (Position(0, 0), Position(0, 0))


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    signals: list[Signal] = field(default_factory=list)
    evaluations: list[tuple[Evaluation, float]] = field(default_factory=list)  # and its seconds
    runs: dict[str, RunCounts] = field(default_factory=dict)
    records: list[int] = field(default_factory=lambda: [0, 0])


class Trail:
    """Where in a topic the window's oldest record lies."""

    def __init__(self) -> None:
        self._marks: deque[tuple[int, int]] = deque()

    def add(self, recv: int, offset: int) -> None:
        if not self._marks or recv >= self._marks[-1][0] + WARM_STEP_NS:
            self._marks.append((recv, offset))

    def oldest(self, now: int, default: int) -> int:
        marks = self._marks
        while len(marks) > 1 and marks[1][0] <= now - LONG_NS:
            marks.popleft()
        return min(marks[0][1], default) if marks else default

    def clear(self) -> None:
        self._marks.clear()


class Processor:
    def __init__(self, strategy: Strategy, start: tuple[Position, Position] = FRESH) -> None:
        self._strategy = strategy
        self._merge = Merge()
        # Records before the committed offsets are only replayed for their state.
        self._committed = (start[0].offset, start[1].offset)
        self._next = [start[0].warm, start[1].warm]  # the next offset to arrive
        self._trails = (Trail(), Trail())
        self._now = 0
        self.corrupt = [0, 0]
        self.sessions = 0

    @property
    def duplicates(self) -> list[int]:
        return self._merge.duplicates

    @property
    def skipped(self) -> Counter[str]:
        return self._strategy.skipped

    def waiting(self, stream: int) -> int:
        return len(self._merge.queues[stream])

    def push(self, stream: int, offset: int, written: int, raw: bytes) -> None:
        self._next[stream] = offset + 1
        try:
            message = PARSERS[stream](raw)
        except CorruptError:
            self.corrupt[stream] += offset >= self._committed[stream]
            return
        self._merge.push(Record(stream, offset, written, message))

    def drain(self, settled: tuple[bool, bool], batch: Batch, limit: int = 5_000) -> bool:
        """Processes what is in order into `batch`; True if the limit, not the order, ended it."""
        for _ in range(limit):
            session = self._merge.session
            record = self._merge.pop(settled)
            if record is None:
                return False
            if record.message.session != session:
                self._begin_session()
            self._process(record, batch)
        return True

    def restored(self, at_end: tuple[bool, bool]) -> bool:
        """The state is what it was at the committed offsets."""
        return all(
            end or reached >= wanted
            for end, reached, wanted in zip(at_end, self._next, self._committed, strict=True)
        )

    def next_offset(self, stream: int) -> int:
        return self._next[stream]

    def blocked_by(self) -> int | None:
        """The topic without which the other's next record can't be placed."""
        books, trades = self.waiting(0), self.waiting(1)
        return None if bool(books) == bool(trades) else int(not trades)

    def positions(self) -> tuple[Position, Position]:
        return (self._position(0), self._position(1))

    def _begin_session(self) -> None:
        self.sessions += 1
        self._strategy.reset()
        for trail in self._trails:
            trail.clear()

    def _process(self, record: Record, batch: Batch) -> None:
        message = record.message
        set_back = message.recv < self._now - LONG_NS
        self._now = message.recv if set_back else max(self._now, message.recv)
        self._trails[record.stream].add(message.recv, record.offset)
        evaluation = None
        started = time.perf_counter()
        if isinstance(message, Book):
            evaluation = self._strategy.on_book(message)
        else:
            self._strategy.on_trade(message)
        if record.offset < self._committed[record.stream]:
            return
        run = batch.runs.get(message.session)
        if run is None:
            run = batch.runs[message.session] = RunCounts(first_seq=message.seq)
        run.add_record(record.stream, message.seq)
        batch.records[record.stream] += 1
        if evaluation:
            run.add_evaluation(evaluation.signals)
            batch.signals += evaluation.signals
            batch.evaluations.append((evaluation, time.perf_counter() - started))

    def _position(self, stream: int) -> Position:
        queue = self._merge.queues[stream]
        reached = queue[0].offset if queue else self._next[stream]
        warm = self._trails[stream].oldest(self._now, default=reached)
        return Position(max(reached, self._committed[stream]), warm)
