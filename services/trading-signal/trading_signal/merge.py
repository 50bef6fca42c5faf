"""Puts md.book and md.trade back into the order of their session's frames.

The two topics arrive in any interleaving, so a strategy that read them as they come would say
other things on each run. `seq` counts a session's frames over both topics: the next number is
taken at once; across a gap (a frame that published nothing) the lower of both heads; and a lone
head after a gap waits until the other topic is known to hold nothing older (`settled`).
"""

from collections import OrderedDict, deque
from typing import NamedTuple

from trading_signal.messages import Book, Trade

STREAMS = ("md.book", "md.trade")
SESSIONS_REMEMBERED = 64


class Record(NamedTuple):
    stream: int  # index into STREAMS
    offset: int
    written: int  # the broker's time stamp, ms: orders sessions, which seq can't
    message: Book | Trade


class Merge:
    def __init__(self) -> None:
        self.queues: tuple[deque[Record], deque[Record]] = (deque(), deque())
        self.session = ""
        self.duplicates = [0, 0]
        self._last: OrderedDict[str, int] = OrderedDict()

    def push(self, record: Record) -> None:
        self.queues[record.stream].append(record)

    def pop(self, settled: tuple[bool, bool]) -> Record | None:
        """The next record in frame order; None until more is known. `settled` is by stream."""
        while record := self._head(settled):
            self.queues[record.stream].popleft()
            session, seq = record.message.session, record.message.seq
            if seq <= self._last.get(session, 0):
                self.duplicates[record.stream] += 1
                continue
            self._last[session] = seq
            if session != self.session:
                self.session = session
                self._last.move_to_end(session)
                if len(self._last) > SESSIONS_REMEMBERED:
                    self._last.popitem(last=False)
            return record
        return None

    def _head(self, settled: tuple[bool, bool]) -> Record | None:
        books, trades = self.queues
        if books and trades:
            return min(books[0], trades[0], key=self._rank)
        if not books and not trades:
            return None
        head, other = (books[0], 1) if books else (trades[0], 0)
        message = head.message
        next_frame = message.session == self.session and (
            message.seq <= self._last.get(self.session, 0) + 1
        )
        return head if next_frame or settled[other] else None

    def _rank(self, record: Record) -> tuple[int, ...]:
        books, trades = self.queues
        message = record.message
        if books[0].message.session == trades[0].message.session:
            return (message.seq, record.stream)
        return (record.written, message.session != self.session, record.stream)
