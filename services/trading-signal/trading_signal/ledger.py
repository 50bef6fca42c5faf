"""What a run did, by session: counted in memory, handed to the bookkeeper after each commit."""

import threading
from dataclasses import dataclass, replace

from trading_signal.messages import Signal

SESSIONS_KEPT = 1_000


@dataclass(slots=True)
class RunCounts:
    first_seq: int
    last_seq: int = 0
    books: int = 0
    trades: int = 0
    evaluations: int = 0
    quotes: int = 0
    takes: int = 0

    def add_record(self, stream: int, seq: int) -> None:
        self.last_seq = seq
        if stream == 0:
            self.books += 1
        else:
            self.trades += 1

    def add_evaluation(self, signals: list[Signal]) -> None:
        self.evaluations += 1
        takes = sum(signal.intent == "take" for signal in signals)
        self.takes += takes
        self.quotes += len(signals) - takes

    def merged(self, later: "RunCounts") -> "RunCounts":
        return RunCounts(
            first_seq=min(self.first_seq, later.first_seq),
            last_seq=max(self.last_seq, later.last_seq),
            books=self.books + later.books,
            trades=self.trades + later.trades,
            evaluations=self.evaluations + later.evaluations,
            quotes=self.quotes + later.quotes,
            takes=self.takes + later.takes,
        )


class Ledger:
    """Totals since the process started. The database gets whole totals, so a retry can't double."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[str, RunCounts] = {}
        self._unsaved: set[str] = set()
        self.dropped = 0

    def add(self, runs: dict[str, RunCounts]) -> None:
        with self._lock:
            for session, counts in runs.items():
                known = self._totals.pop(session, None)
                self._totals[session] = known.merged(counts) if known else counts
                self._unsaved.add(session)
            while len(self._totals) > SESSIONS_KEPT:
                oldest = next(iter(self._totals))
                del self._totals[oldest]
                self.dropped += oldest in self._unsaved
                self._unsaved.discard(oldest)

    def unsaved(self) -> dict[str, RunCounts]:
        with self._lock:
            return {session: replace(self._totals[session]) for session in self._unsaved}

    def latest(self) -> dict[str, RunCounts]:
        """The session that was worked on last."""
        with self._lock:
            session = next(reversed(self._totals), None)
            return {session: replace(self._totals[session])} if session else {}

    def take_dropped(self) -> int:
        with self._lock:
            dropped, self.dropped = self.dropped, 0
            return dropped

    def saved(self, runs: dict[str, RunCounts]) -> None:
        with self._lock:
            for session, counts in runs.items():
                if self._totals.get(session) == counts:
                    self._unsaved.discard(session)
