"""Writes run counts to PostgreSQL, now and then, in a thread of its own.

Bookkeeping, not trading: while the database is away the totals stay in memory and are written
when it is back. Only whole totals are written, so writing twice changes nothing.
"""

import threading
import uuid
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import psycopg

from trading_signal import SERVICE, VERSION, jsonlog
from trading_signal.config import Postgres
from trading_signal.ledger import Ledger, RunCounts
from trading_signal.metrics import Metrics
from trading_signal.state import State

EVERY_SECONDS = 5.0
CONNECT_SECONDS = 3
STATEMENT_MS = 3_000

UPSERT = """
insert into runs (process, session, started_at, version, model_sha256, first_seq, last_seq,
                  books, trades, evaluations, quotes, takes, stopped_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (process, session) do update set
    updated_at = now(), stopped_at = excluded.stopped_at,
    first_seq = excluded.first_seq, last_seq = excluded.last_seq,
    books = excluded.books, trades = excluded.trades, evaluations = excluded.evaluations,
    quotes = excluded.quotes, takes = excluded.takes
"""


class Bookkeeper:
    def __init__(
        self, settings: Postgres, model_sha256: str, ledger: Ledger, state: State, metrics: Metrics
    ) -> None:
        self._settings = settings
        self._model_sha256 = model_sha256
        self._ledger = ledger
        self._state = state
        self._metrics = metrics
        self._process = uuid.uuid4()
        self._started_at = datetime.now(UTC)
        self._connection: psycopg.Connection | None = None
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bookkeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """One last write of what the pipeline left, for which a short while must do."""
        self._finished.set()
        self._thread.join(timeout=CONNECT_SECONDS)

    def _run(self) -> None:
        wait = 0.0
        while not self._finished.wait(wait):
            wait = EVERY_SECONDS if self.save() else 1.0
        self.save(stopped=True)
        if self._connection:
            self._connection.close()

    def save(self, stopped: bool = False) -> bool:
        runs = self._ledger.unsaved() | (self._ledger.latest() if stopped else {})
        try:
            self._write(runs, datetime.now(UTC) if stopped else None)
        except (psycopg.Error, OSError) as cause:
            self._lost(cause)
        else:
            self._ledger.saved(runs)
            if self._state.postgres:
                jsonlog.info("postgres is usable")
            self._state.postgres = ""
        self._metrics.postgres_up.set(not self._state.postgres)
        self._metrics.unsaved.set(len(self._ledger.unsaved()))
        self._metrics.runs_dropped.inc(self._ledger.take_dropped())
        return not self._state.postgres

    def _write(self, runs: dict[str, RunCounts], stopped_at: datetime | None) -> None:
        if self._connection is None:
            self._connection = _connect(self._settings)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("select 1")  # also when idle: the metric tells whether it answers
            for session, run in runs.items():
                identity = (self._process, session, self._started_at, VERSION, self._model_sha256)
                counts = (run.books, run.trades, run.evaluations, run.quotes, run.takes)
                row = (*identity, run.first_seq, run.last_seq, *counts, stopped_at)
                cursor.execute(UPSERT, row)

    def _lost(self, cause: Exception) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
        reason = str(cause).strip() or repr(cause)
        if reason != self._state.postgres:  # once for each reason, not once a second
            jsonlog.warn("postgres is unusable, trading goes on", error=reason)
        self._state.postgres = reason


def _connect(settings: Postgres) -> psycopg.Connection:
    tls: dict[str, Any] = {}
    if settings.ca_file:
        tls = {"sslmode": "verify-full", "sslrootcert": str(settings.ca_file)}
    connection = psycopg.connect(
        host=settings.host,
        port=settings.port,
        dbname=settings.database,
        user=settings.user,
        password=settings.password_file.read_text(encoding="utf-8").strip(),
        connect_timeout=CONNECT_SECONDS,
        application_name=SERVICE,
        options=f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS}",
        tcp_user_timeout=CONNECT_SECONDS * 1_000,
        keepalives_idle=10,
        autocommit=True,
        **tls,
    )
    try:
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: psycopg.Connection) -> list[str]:
    """Applies the migrations that are missing, in order; two processes at once take turns."""
    applied: list[str] = []
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('trading-signal migrations'))")
        cursor.execute(
            "create table if not exists migrations"
            " (name text primary key, applied_at timestamptz not null default now())"
        )
        cursor.execute("select name from migrations")
        done = {name for (name,) in cursor.fetchall()}
        folder = resources.files("trading_signal") / "migrations"
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            if file.name.endswith(".sql") and file.name not in done:
                cursor.execute(file.read_text(encoding="utf-8").encode("utf-8"))
                cursor.execute("insert into migrations (name) values (%s)", (file.name,))
                applied.append(file.name)
    return applied
