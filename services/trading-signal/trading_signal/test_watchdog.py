"""A call that never returns ends the process; one that is only slow, or paused, doesn't."""

import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from trading_signal import state as state_module
from trading_signal.link import Link
from trading_signal.processor import Position
from trading_signal.state import State
from trading_signal.watchdog import STUCK, Watchdog

POSITIONS = (Position(0, 0), Position(0, 0))


class Client:
    """Stands for librdkafka's clients: the named call blocks until it is released."""

    def __init__(self, blocks: str) -> None:
        self._blocks = blocks
        self.release = threading.Event()

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> None:
            if name == self._blocks:
                assert self.release.wait(60)

        return call


def linked(client: Client, state: State) -> Link:
    link = Link.__new__(Link)
    link.__dict__.update(_producer=client, _consumer=client, _group=None, _begin=state.begin)
    return link


@pytest.mark.parametrize(
    ("blocks", "stopping"),
    [
        ("send_offsets_to_transaction", False),
        ("commit_transaction", False),
        ("abort_transaction", False),
        ("close", False),
        ("send_offsets_to_transaction", True),
    ],
)
def test_a_call_that_never_returns(
    blocks: str, stopping: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(state_module, "LATE_SECONDS", 0.1)
    state, client, left = State(), Client(blocks), threading.Event()
    if stopping:
        state.stopping.set()
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        left.set()

    def work() -> None:
        link = linked(client, state)
        link.commit([], POSITIONS)
        link.close()

    watchdog = Watchdog(state, leave, tick=0.05, limit=0.5)
    watchdog.start()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert left.wait(30)
    assert codes == [STUCK]
    assert not state.live()
    assert state.reason_not_ready() == (
        "stopping" if stopping else f"kafka: {blocks} doesn't return"
    )
    assert f"{blocks} doesn't return" in capsys.readouterr().out
    client.release.set()
    thread.join(30)
    assert not thread.is_alive()


def test_a_loop_that_goes_on_is_left_alone() -> None:
    state, codes = State(), list[int]()
    watchdog = Watchdog(state, codes.append, tick=0.05, limit=2.0)
    watchdog.start()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        state.begin("consume")
        time.sleep(0.02)
    assert codes == []
    assert state.live()
    assert state.reason_not_ready() == "starting"
    watchdog.stop()


def test_ready_again_once_the_call_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "LATE_SECONDS", 0.2)
    state = State(not_ready="")
    state.begin("commit_transaction")
    time.sleep(0.3)
    assert "commit_transaction" in state.reason_not_ready()
    monkeypatch.setattr(state_module, "LATE_SECONDS", 60)
    state.begin("consume")
    assert state.reason_not_ready() == ""


def test_the_process_really_ends() -> None:
    """os._exit, while the main thread is held: no handler of ours can delay it."""
    program = (
        "import threading\n"
        "from trading_signal.state import State\n"
        "from trading_signal.watchdog import Watchdog\n"
        "state = State(); state.begin('send_offsets_to_transaction')\n"
        "Watchdog(state, tick=0.05, limit=0.3).start()\n"
        "threading.Event().wait()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == STUCK, done.stderr
    assert "send_offsets_to_transaction doesn't return" in done.stdout
