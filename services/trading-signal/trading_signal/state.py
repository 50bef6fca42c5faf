"""What the threads tell each other about health."""

import threading
import time
from dataclasses import dataclass, field

STALE_SECONDS = 30.0  # longer than any bounded call the main loop makes


@dataclass(slots=True)
class State:
    not_ready: str = "starting"  # why, or empty
    postgres: str = "not connected yet"  # why it is away, or empty; never makes the service unready
    beat: float = field(default_factory=time.monotonic)
    stopping: threading.Event = field(default_factory=threading.Event)

    def heartbeat(self) -> None:
        self.beat = time.monotonic()

    def live(self) -> bool:
        return time.monotonic() - self.beat < STALE_SECONDS

    def reason_not_ready(self) -> str:
        return "stopping" if self.stopping.is_set() else self.not_ready
