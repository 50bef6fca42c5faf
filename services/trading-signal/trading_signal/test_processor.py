"""Exactly once, without a broker: two logs, an output, and a process that dies anywhere.

What a real broker makes atomic (signals and positions together) is one assignment here, so the
property is about us: whatever was committed last, the rest comes out as if nothing had happened.
"""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from trading_signal import model
from trading_signal.messages import Book, Signal, Trade, encode
from trading_signal.processor import FRESH, Batch, Position, Processor
from trading_signal.strategy import Rules, Strategy
from training import generate

MODEL = model.load()
RULES = Rules(evaluate_every_ns=100_000_000, threshold_ppm=200_000)


@dataclass
class Logs:
    topics: tuple[list[bytes], list[bytes]] = field(default_factory=lambda: ([], []))
    written: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))

    def add(self, message: Book | Trade, at: int) -> None:
        stream = int(isinstance(message, Trade))
        self.topics[stream].append(encode(message))
        self.written[stream].append(at)


def logs(seed: int, sessions: int) -> Logs:
    made, at = Logs(), 0
    for number in range(sessions):
        market = generate.Market(seed=seed + number, seconds=14, session=f"s{number}")
        for message in generate.messages(market):
            if message.seq % 97:  # frames that published nothing
                at += 1
                made.add(message, at)
    return made


def process(made: Logs, start: tuple[Position, Position] = FRESH) -> "Reader":
    return Reader(made, Processor(Strategy(MODEL, RULES), start), start)


class Reader:
    def __init__(self, made: Logs, processor: Processor, start: tuple[Position, Position]) -> None:
        self._logs = made
        self.processor = processor
        self._next = [start[0].warm, start[1].warm]

    def left(self, stream: int) -> int:
        return len(self._logs.topics[stream]) - self._next[stream]

    def read(self, stream: int, count: int) -> None:
        for _ in range(min(count, self.left(stream))):
            offset = self._next[stream]
            self.processor.push(
                stream,
                offset,
                self._logs.written[stream][offset],
                self._logs.topics[stream][offset],
            )
            self._next[stream] += 1

    def drain(self, batch: Batch, limit: int = 10**9) -> None:
        self.processor.drain((not self.left(0), not self.left(1)), batch, limit)


def uninterrupted(made: Logs) -> list[Signal]:
    reader, batch = process(made), Batch()
    for stream in (0, 1):
        reader.read(stream, 10**9)
    reader.drain(batch)
    return batch.signals


@settings(max_examples=25)
@given(st.data(), st.integers(0, 1_000), st.integers(1, 3))
def test_death_anywhere_changes_nothing(data: st.DataObject, seed: int, sessions: int) -> None:
    made = logs(seed, sessions)
    expected = uninterrupted(made)
    assert len(expected) > 100
    out: list[Signal] = []
    positions, counted = FRESH, [0, 0]
    for _ in range(200):
        reader, batch = process(made, positions), Batch()
        for _ in range(data.draw(st.integers(1, 6), label="reads before death")):
            stream = data.draw(st.integers(0, 1))
            reader.read(stream, data.draw(st.integers(1, 2_000)))
            reader.drain(batch, data.draw(st.sampled_from([1, 50, 10**9])))
            if data.draw(st.booleans(), label="commit"):
                out += batch.signals
                counted = [a + b for a, b in zip(counted, batch.records, strict=True)]
                positions, batch = reader.processor.positions(), Batch()
        if not reader.left(0) and not reader.left(1):
            break
    reader, batch = process(made, positions), Batch()
    for stream in (0, 1):
        reader.read(stream, 10**9)
    reader.drain(batch)
    out += batch.signals
    counted = [a + b for a, b in zip(counted, batch.records, strict=True)]
    assert out == expected
    assert counted == [len(made.topics[0]), len(made.topics[1])]
    assert reader.processor.corrupt == [0, 0]


def test_a_restart_reads_a_window_again_and_not_the_topic() -> None:
    made = logs(seed=4, sessions=1)
    reader = process(made)
    for stream in (0, 1):
        reader.read(stream, 10**9)
    reader.drain(Batch())
    for stream, position in enumerate(reader.processor.positions()):
        end = len(made.topics[stream])
        assert position.offset == end
        assert end / 2 < end - position.warm < end  # 10 s of 14


def test_corrupt_records_are_counted_and_passed() -> None:
    made = logs(seed=5, sessions=1)
    for place in (0, 10, len(made.topics[0])):
        made.topics[0].insert(place, b'{"v":1}')
        made.written[0].insert(place, 0)
    reader, batch = process(made), Batch()
    for stream in (0, 1):
        reader.read(stream, 10**9)
    reader.drain(batch)
    assert reader.processor.corrupt == [3, 0]
    assert batch.signals == uninterrupted(logs(seed=5, sessions=1))
    assert reader.processor.positions()[0].offset == len(made.topics[0])
