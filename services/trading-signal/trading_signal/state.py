"""What the threads tell each other about health."""

import threading
import time
from dataclasses import dataclass, field

STALE_SECONDS = 30.0  # longer than any bounded call the main loop makes
LATE_SECONDS = 7.0  # a bounded call to Kafka has ended by then


@dataclass(slots=True)
class State:
    not_ready: str = "starting"  # why, or empty
    postgres: str = "not connected yet"  # why it is away, or empty; never makes the service unready
    beat: float = field(default_factory=time.monotonic)
    step: str = ""  # the call to Kafka that the main loop began last
    stuck: bool = False  # given up: only a new process helps
    stopping: threading.Event = field(default_factory=threading.Event)

    def heartbeat(self) -> None:
        self.beat = time.monotonic()

    def begin(self, step: str) -> None:
        """Says what the main loop is about to wait for: each step has its own time."""
        self.step = step
        self.heartbeat()

    def live(self) -> bool:
        return not self.stuck and time.monotonic() - self.beat < STALE_SECONDS

    def reason_not_ready(self) -> str:
        if self.stopping.is_set():
            return "stopping"
        if self.step and time.monotonic() - self.beat > LATE_SECONDS:
            return f"kafka: {self.step} doesn't return"
        return self.not_ready
