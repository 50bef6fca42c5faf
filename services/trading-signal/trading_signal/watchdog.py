"""Ends a process whose main loop is stuck in a call that can't be interrupted.

librdkafka's send_offsets_to_transaction ignores its timeout while the group coordinator is away
(its issue 5456), and closing a client has no timeout at all. A thread that is held there can't be
freed, so the process ends and is started again: what it knew is in Kafka.
"""

import os
import threading
from collections.abc import Callable

from trading_signal import jsonlog
from trading_signal.state import State

TICK_SECONDS = 1.0
STUCK_SECONDS = 20.0  # no bounded call takes more than a few
STOPPING_SECONDS = 8.0  # the platform kills us at ten
STUCK = 70


class Watchdog:
    def __init__(
        self,
        state: State,
        leave: Callable[[int], object] = os._exit,
        tick: float = TICK_SECONDS,
        limit: float = STUCK_SECONDS,
    ) -> None:
        self._state, self._leave, self._tick, self._limit = state, leave, tick, limit
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()

    def _watch(self) -> None:
        """Counts its own ticks, not the clock: a container that was paused is not stuck."""
        seen, silent = self._state.beat, 0.0
        while not self._ended.wait(self._tick):
            beat = self._state.beat
            silent = silent + self._tick if beat == seen else 0.0
            seen = beat
            stopping = self._state.stopping.is_set()
            limit = min(self._limit, STOPPING_SECONDS) if stopping else self._limit
            if silent >= limit:
                self._give_up(silent)
                return

    def _give_up(self, silent: float) -> None:
        self._state.stuck = True
        jsonlog.error(
            "the main loop is stuck, ending the process",
            what=f"{self._state.step or 'the main loop'} doesn't return",
            given=f"no progress for {silent:g} s",
            allowed=f"at most {self._limit:g} s",
            remedy="none needed where the container restarts: work goes on from what is committed",
        )
        self._leave(STUCK)
