from hypothesis import given
from hypothesis import strategies as st

from trading_signal.merge import Merge, Record
from trading_signal.messages import Book, Trade

WAITING = (False, False)
SETTLED = (True, True)


def record(stream: int, seq: int, session: str = "s", written: int = 0) -> Record:
    message: Book | Trade
    if stream == 0:
        message = Book(1, session, seq, "X", "ticker", 1, 1, 1, 1, 2, 1, True)
    else:
        message = Trade(1, session, seq, "X", 1, 1, 1, 1, 1, "buy")
    return Record(stream, seq, written, message)


def pop_all(merge: Merge, settled: tuple[bool, bool]) -> list[tuple[str, int]]:
    out = []
    while taken := merge.pop(settled):
        out.append((taken.message.session, taken.message.seq))
    return out


@given(st.data())
def test_any_arrival_gives_frame_order(data: st.DataObject) -> None:
    streams = data.draw(st.lists(st.sampled_from([0, 0, 1, None]), max_size=60))  # None: no message
    frames = [record(s, seq) for seq, s in enumerate(streams, start=1) if s is not None]
    rest = [[f for f in frames if f.stream == 0], [f for f in frames if f.stream == 1]]
    merge, out = Merge(), []
    while rest[0] or rest[1]:
        stream = data.draw(st.sampled_from([s for s in (0, 1) if rest[s]]))
        for _ in range(data.draw(st.integers(1, 10))):
            if rest[stream]:
                merge.push(rest[stream].pop(0))
        # Only a topic from which nothing more comes is settled.
        out += pop_all(merge, (not rest[0], not rest[1]))
    assert [seq for _, seq in out] == [f.message.seq for f in frames]
    assert merge.duplicates == [0, 0]


def test_the_next_frame_needs_no_waiting() -> None:
    merge = Merge()
    merge.push(record(0, 1))
    assert pop_all(merge, WAITING) == []  # what came before it isn't known
    assert pop_all(merge, SETTLED) == [("s", 1)]
    merge.push(record(0, 2))
    merge.push(record(0, 3))
    assert pop_all(merge, WAITING) == [("s", 2), ("s", 3)]
    merge.push(record(0, 5))
    assert pop_all(merge, WAITING) == []
    merge.push(record(1, 4))
    assert pop_all(merge, WAITING) == [("s", 4), ("s", 5)]


def test_duplicates_are_dropped_and_counted() -> None:
    merge = Merge()
    for item in (record(0, 1), record(0, 2), record(0, 2), record(0, 1), record(1, 3)):
        merge.push(item)
    assert pop_all(merge, SETTLED) == [("s", 1), ("s", 2), ("s", 3)]
    assert merge.duplicates == [2, 0]


def test_sessions_follow_each_other_in_the_order_written() -> None:
    merge = Merge()
    merge.push(record(0, 1, "b", written=20))
    merge.push(record(1, 9, "a", written=10))
    merge.push(record(1, 2, "b", written=21))
    assert pop_all(merge, SETTLED) == [("a", 9), ("b", 1), ("b", 2)]


def test_a_session_that_is_resumed_goes_on_after_its_last() -> None:
    merge = Merge()
    for n, (session, seq) in enumerate([("a", 1), ("b", 1), ("a", 1), ("a", 2), ("b", 1)]):
        merge.push(record(0, seq, session, written=n))
    assert pop_all(merge, SETTLED) == [("a", 1), ("b", 1), ("a", 2)]
    assert merge.duplicates == [2, 0]
