"""The command as the container runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from trading_signal.conftest import Served

COMMAND = Path(__file__).parents[1] / "bin" / "trading-signal"


def launch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    flags = ["-ISB"]  # as its first line has it: no site, no environment, no byte code
    return subprocess.run(
        [sys.executable, *flags, str(COMMAND), *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_healthcheck_tells_ready_from_live(served: Served) -> None:
    port = str(served.ops_port)
    unready = launch("healthcheck", METRICS_PORT=port)
    assert (unready.returncode, json.loads(unready.stdout)["reason"]) == (1, "starting")
    assert launch("healthcheck", "--live", METRICS_PORT=port).returncode == 0
    served.state.not_ready = ""
    assert launch("healthcheck", METRICS_PORT=port).returncode == 0


def test_healthcheck_of_nothing() -> None:
    assert launch("healthcheck", METRICS_PORT="1").returncode == 1
    assert launch("healthcheck", METRICS_PORT="metrics").returncode == 1


def test_healthcheck_loads_next_to_nothing() -> None:
    flags = ["-ISB", "-X", "importtime"]
    result = subprocess.run(
        [sys.executable, *flags, str(COMMAND), "healthcheck"],
        env={"METRICS_PORT": "1"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "socket" in loaded
    assert not loaded & {"site", "ssl", "http.client", "email", "json", "asyncio", "orjson"}


def test_unknown_arguments() -> None:
    result = launch("serve")
    assert result.returncode == 2
    assert "usage" in result.stderr


def test_bad_configuration_is_exit_2_and_one_line() -> None:
    folders = f"import sys; sys.path[:0] = {[str(COMMAND.parents[1])]!r}\n"
    code = folders + "from trading_signal.main import run\nsys.exit(run())"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"KAFKA_SECURITY": "plaintext"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.returncode == 2
    (line,) = result.stdout.splitlines()
    entry = json.loads(line)
    assert entry["level"] == "error"
    assert "POSTGRES_PASSWORD_FILE" in entry["what"]
    assert all(entry[part] for part in ("given", "allowed", "remedy", "ts", "service"))
