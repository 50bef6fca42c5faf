"""What all Kafka clients of this service have in common: where, as whom, and what they log."""

import time
from typing import Any

from confluent_kafka import KafkaError

from trading_signal import SERVICE, jsonlog
from trading_signal.config import Kafka

QUIET_SECONDS = 10.0


def common(settings: Kafka) -> dict[str, Any]:
    common: dict[str, Any] = {
        "bootstrap.servers": settings.brokers,
        "client.id": SERVICE,
        "security.protocol": settings.security,
        "reconnect.backoff.ms": 250,
        "reconnect.backoff.max.ms": 1_000,
        "allow.auto.create.topics": False,
        "log_level": 0,  # it would write to stderr; what matters comes to error_cb
        "error_cb": ErrorLog(),
    }
    if settings.password_file:
        common |= {
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": settings.user,
            "sasl.password": settings.password_file.read_text(encoding="utf-8").strip(),
        }
    if settings.ca_file:
        # The brokers' names are checked too: that is the library's default.
        common["ssl.ca.location"] = str(settings.ca_file)
    return common


class ErrorLog:
    """A broker that is away makes the same error many times a second: one line is enough."""

    def __init__(self) -> None:
        self._logged: dict[str, float] = {}

    def __call__(self, error: KafkaError) -> None:
        now, code = time.monotonic(), error.name()
        if now - self._logged.get(code, -QUIET_SECONDS) >= QUIET_SECONDS:
            self._logged[code] = now
            jsonlog.warn("kafka client", error=error.str(), code=code)
