"""What several tests need: a served process's HTTP, and secrets in files."""

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import hypothesis
import pytest

from trading_signal import main, model, ops
from trading_signal.config import Settings, from_environment
from trading_signal.metrics import Metrics
from trading_signal.state import State

# How long an example takes says more about the machine than about us.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("secret\n")
    return path


@dataclass(frozen=True)
class Certificate:
    """Of 127.0.0.1 and nothing else, and its own authority."""

    file: Path
    key: Path


def certify(folder: Path, name: str) -> Certificate:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed on this machine; the image's test stage has it")
    made = Certificate(folder / f"{name}.crt", folder / f"{name}.key")
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    who = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(made.key), "-out", str(made.file)]
    subprocess.run([openssl, "req", "-x509", *kind, *who, *files], check=True, capture_output=True)
    return made


@pytest.fixture
def ours(tmp_path: Path) -> Certificate:
    return certify(tmp_path, "ours")


@pytest.fixture
def other(tmp_path: Path) -> Certificate:
    return certify(tmp_path, "other")


@pytest.fixture
def environment(secret: Path) -> dict[str, str]:
    return {
        "KAFKA_SECURITY": "plaintext",
        "KAFKA_PASSWORD_FILE": str(secret),
        "KAFKA_BROKERS": "127.0.0.1:1",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": "1",
        "POSTGRES_PASSWORD_FILE": str(secret),
    }


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    return from_environment(environment)


@dataclass
class Served:
    api: httpx.Client
    ops: httpx.Client
    ops_port: int
    state: State
    metrics: Metrics


@pytest.fixture
def served() -> Iterator[Served]:
    """The real server on two free ports, with nothing behind it."""
    served_model = model.load()
    state, metrics = State(), Metrics(served_model)
    sockets = [ops.listen(0), ops.listen(0)]
    ops_port, api_port = (listener.getsockname()[1] for listener in sockets)
    server = main.server(served_model, state, metrics, ops_port)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets)))
    thread.start()
    api = httpx.Client(base_url=f"http://127.0.0.1:{api_port}", timeout=10)
    probe = httpx.Client(base_url=f"http://127.0.0.1:{ops_port}", timeout=10)
    with api, probe:
        yield Served(api, probe, ops_port, state, metrics)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()
