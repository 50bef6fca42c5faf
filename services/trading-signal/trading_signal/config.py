"""Settings from the environment and from files. All problems are reported at once."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trading_signal.jsonlog import LEVELS
from trading_signal.problems import Problem, UnusableError
from trading_signal.strategy import Rules


@dataclass(frozen=True, slots=True)
class Kafka:
    brokers: str
    security: str
    user: str
    password_file: Path | None
    ca_file: Path | None = None  # none: no TLS


@dataclass(frozen=True, slots=True)
class Postgres:
    host: str
    port: int
    database: str
    user: str
    password_file: Path
    ca_file: Path | None = None  # none: no TLS


@dataclass(frozen=True, slots=True)
class Settings:
    api_port: int
    metrics_port: int
    log_level: str
    kafka: Kafka
    postgres: Postgres
    rules: Rules


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[Problem] = []

    def refuse(self, name: str, given: str, allowed: str, remedy: str) -> None:
        what = f"environment variable {name} can't be used"
        self.problems.append(Problem(what, given, allowed, remedy))

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        text = self._env.get(name, str(default))
        if re.fullmatch(r"[0-9]{1,12}", text) and low <= int(text) <= high:
            return int(text)
        allowed = f"a whole number from {low} to {high}"
        self.refuse(name, repr(text), allowed, f"set {name}, or unset it for {default}")
        return default

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        text = self._env.get(name, default)
        if text in allowed:
            return text
        self.refuse(
            name, repr(text), " or ".join(allowed), f"set {name}, or unset it for {default}"
        )
        return default

    def text(self, name: str, default: str, pattern: str, allowed: str) -> str:
        text = self._env.get(name, default)
        if re.fullmatch(pattern, text):
            return text
        self.refuse(
            name, repr(text), allowed, f"set {name}" + (f", e.g. {default}" if default else "")
        )
        return default

    def file(self, name: str) -> Path:
        path = Path(self._env.get(name, ""))
        try:
            if not self._env.get(name):
                raise FileNotFoundError("not set")
            if path.read_text(encoding="utf-8").strip():
                return path
            given = f"{path}: the file is empty"
        except (OSError, UnicodeDecodeError) as cause:
            given = f"{self._env.get(name, '')!r}: {cause}"
        self.refuse(
            name, given, "the path of a readable file with a secret", f"mount it, set {name}"
        )
        return path

    def authorities(self, name: str) -> Path | None:
        """A PEM file that is looked at now and read again by each new client."""
        given = self._env.get(name, "")
        if not given:
            return None
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=given)
        except OSError as cause:  # an ssl.SSLError too
            allowed = "the path of a readable PEM file with at least one certificate"
            self.refuse(name, f"{given!r}: {cause}", allowed, f"mount it, set {name}")
        return Path(given)


def from_environment(env: Mapping[str, str]) -> Settings:
    read = _Reader(env)
    settings = Settings(
        api_port=read.integer("API_PORT", 8080, 1, 65_535),
        metrics_port=read.integer("METRICS_PORT", 9090, 1, 65_535),
        log_level=read.choice("LOG_LEVEL", "info", LEVELS),
        kafka=_kafka(read),
        postgres=_postgres(read),
        rules=_rules(read),
    )
    if settings.api_port == settings.metrics_port:
        remedy = "set API_PORT and METRICS_PORT to different ports"
        read.refuse("API_PORT", str(settings.api_port), "a port other than METRICS_PORT", remedy)
    if read.problems:
        raise UnusableError(read.problems)
    return settings


def _kafka(read: _Reader) -> Kafka:
    server = r"[A-Za-z0-9.-]+:[0-9]{1,5}"
    brokers = read.text(
        "KAFKA_BROKERS", "kafka:9092", rf"{server}(,{server})*", "host:port[,host:port]"
    )
    security = read.choice(
        "KAFKA_SECURITY", "sasl_plaintext", ("sasl_plaintext", "plaintext", "sasl_ssl")
    )
    ca_file = read.authorities("KAFKA_CA_FILE")
    if (security == "sasl_ssl") != (ca_file is not None):
        given = f"{str(ca_file or '')!r} with KAFKA_SECURITY={security}"
        allowed = "a PEM file of authorities with KAFKA_SECURITY=sasl_ssl, and only with it"
        read.refuse("KAFKA_CA_FILE", given, allowed, "set both, or unset KAFKA_CA_FILE")
    if security == "plaintext":
        return Kafka(brokers, security, "", None)
    user = read.text("KAFKA_USER", "trading-signal", r"[!-~]+", "a SCRAM user name")
    return Kafka(brokers, security, user, read.file("KAFKA_PASSWORD_FILE"), ca_file)


def _postgres(read: _Reader) -> Postgres:
    name = r"[A-Za-z_][A-Za-z0-9_-]*"
    return Postgres(
        host=read.text(
            "POSTGRES_HOST", "postgres", r"[A-Za-z0-9./_-]+", "a host or socket directory"
        ),
        port=read.integer("POSTGRES_PORT", 5432, 1, 65_535),
        database=read.text("POSTGRES_DB", "signal", name, "a database name"),
        user=read.text("POSTGRES_USER", "trading_signal", name, "a role name"),
        password_file=read.file("POSTGRES_PASSWORD_FILE"),
        ca_file=read.authorities("POSTGRES_CA_FILE"),
    )


def _rules(read: _Reader) -> Rules:
    default = Rules()
    # A slot must not outlast the feature window, which is all a restart restores.
    every = default.evaluate_every_ns // 1_000_000
    return Rules(
        evaluate_every_ns=read.integer("EVALUATE_EVERY_MS", every, 1, 10_000) * 1_000_000,
        quote_notional=read.integer("QUOTE_NOTIONAL", default.quote_notional, 1, 1_000_000_000),
        take_offset_bps=read.integer("TAKE_OFFSET_BPS", default.take_offset_bps, 0, 1_000),
        threshold_ppm=read.integer("MOMENTUM_THRESHOLD_PPM", default.threshold_ppm, 1, 1_000_000),
    )
