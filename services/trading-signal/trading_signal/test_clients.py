"""Whether the Kafka client believes a server, told by a listener that only shakes hands."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import KafkaException, Producer

from trading_signal.clients import common
from trading_signal.config import Kafka
from trading_signal.conftest import Certificate


class Listener:
    def __init__(self, certificate: Certificate) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.file, certificate.key)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(20)
        self.port: int = self._socket.getsockname()[1]
        self.refusal: Exception | None = None
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self) -> None:
        connection, _ = self._socket.accept()
        connection.settimeout(20)
        try:
            self._context.wrap_socket(connection, server_side=True).close()
        except OSError as cause:
            self.refusal = cause

    def believed(self) -> bool:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self.refusal is None

    def close(self) -> None:
        self._thread.join(20)
        self._socket.close()


@pytest.fixture
def listener(ours: Certificate) -> Iterator[Listener]:
    made = Listener(ours)
    yield made
    made.close()


def believed(listener: Listener, host: str, authority: Path, secret: Path) -> bool:
    settings = Kafka(f"{host}:{listener.port}", "sasl_ssl", "user", secret, authority)
    with pytest.raises(KafkaException):  # it says nothing after its hand was shaken
        Producer(common(settings)).list_topics(timeout=3)
    return listener.believed()


def test_the_broker_of_the_authority(listener: Listener, ours: Certificate, secret: Path) -> None:
    assert believed(listener, "127.0.0.1", ours.file, secret)


def test_another_authority_is_refused(listener: Listener, other: Certificate, secret: Path) -> None:
    assert not believed(listener, "127.0.0.1", other.file, secret)


def test_another_host_is_refused(listener: Listener, ours: Certificate, secret: Path) -> None:
    assert not believed(listener, "localhost", ours.file, secret)
