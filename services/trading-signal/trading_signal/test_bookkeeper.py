"""Against a real PostgreSQL, which the test starts; and against none."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from trading_signal import bookkeeper as bookkeeping
from trading_signal import model
from trading_signal.bookkeeper import Bookkeeper
from trading_signal.config import Postgres
from trading_signal.conftest import Certificate, certify
from trading_signal.ledger import SESSIONS_KEPT, Ledger, RunCounts
from trading_signal.metrics import Metrics
from trading_signal.ops import listen
from trading_signal.state import State


def programs() -> Path | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


@dataclass
class Database:
    settings: Postgres
    data: Path
    certificate: Certificate
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["-D", str(self.data), "-p", str(self.settings.port), "-k", str(self.data)]
        files = (f"ssl_cert_file={self.certificate.file}", f"ssl_key_file={self.certificate.key}")
        options += ["-c", "ssl=on", *(word for file in files for word in ("-c", file))]
        folder = programs()
        assert folder
        command = [*unprivileged(), str(folder / "postgres"), *options, "-h", "127.0.0.1"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise AssertionError("PostgreSQL did not start in 10 s")

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGINT)  # fast shutdown: clients are cut off
            self.process.wait(10)
            self.process = None

    def connect(self) -> psycopg.Connection:
        password = self.settings.password_file.read_text().strip()
        return psycopg.connect(
            host="127.0.0.1",
            port=self.settings.port,
            dbname=self.settings.database,
            user=self.settings.user,
            password=password,
        )

    def rows(self) -> list[tuple[object, ...]]:
        columns = "session, first_seq, last_seq, books, trades, evaluations, quotes, takes"
        with self.connect() as connection:
            return connection.execute(f"select {columns} from runs order by id").fetchall()  # noqa: S608


def unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or not setpriv:
        return []
    return [setpriv, "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@pytest.fixture
def database(secret: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed on this machine; the image's test stage has it")
    base = tmp_path_factory.mktemp("postgres")
    for place in (base, base.parent, base.parent.parent):
        place.chmod(0o755)
    certificate = certify(base, "postgres")
    if os.geteuid() == 0:
        shutil.chown(base, "nobody", "nogroup")
        shutil.chown(certificate.key, "nobody", "nogroup")
    data = base / "data"
    user = "trading_signal"
    initdb = [str(folder / "initdb"), "-D", str(data), "-U", user, "-A", "trust", "--no-sync"]
    subprocess.run([*unprivileged(), *initdb], check=True, capture_output=True, timeout=60)
    with listen(0) as probe:
        port = probe.getsockname()[1]
    # Who comes as `by_password` must know one; the others are believed.
    rules = (data / "pg_hba.conf").read_text()
    (data / "pg_hba.conf").write_text(f"host all by_password 127.0.0.1/32 scram-sha-256\n{rules}")
    made = Database(Postgres("127.0.0.1", port, "postgres", user, secret), data, certificate)
    made.start()
    yield made
    made.stop()


@dataclass
class Kept:
    keeper: Bookkeeper
    ledger: Ledger
    state: State
    metrics: Metrics

    def value(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"horizon_trading_signal_{name}")


def keep(settings: Postgres) -> Kept:
    ledger, state, metrics = Ledger(), State(), Metrics(model.load())
    return Kept(Bookkeeper(settings, "ab" * 32, ledger, state, metrics), ledger, state, metrics)


COUNTS = RunCounts(first_seq=1, last_seq=9, books=5, trades=4, evaluations=2, quotes=4, takes=1)


def test_runs_are_written_once_however_often(database: Database) -> None:
    kept = keep(database.settings)
    kept.ledger.add({"a": COUNTS})
    assert kept.keeper.save()
    kept.ledger.add({"a": replace(COUNTS, first_seq=10, last_seq=20), "b": COUNTS})
    assert kept.keeper.save()
    assert kept.keeper.save()
    assert database.rows() == [("a", 1, 20, 10, 8, 4, 8, 2), ("b", 1, 9, 5, 4, 2, 4, 1)]
    assert kept.value("postgres_up") == 1
    assert kept.value("runs_unsaved") == 0
    assert kept.state.postgres == ""


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_password_over_tls_and_without(database: Database, encrypted: bool) -> None:
    with database.connect() as connection:
        connection.execute("create role by_password superuser login password 'secret'")
    ca_file = database.certificate.file if encrypted else None
    settings = replace(database.settings, user="by_password", ca_file=ca_file)
    kept = keep(settings)
    kept.ledger.add({"a": COUNTS})
    assert kept.keeper.save(), kept.state.postgres
    assert len(database.rows()) == 1
    settings.password_file.write_text("guess")
    wrong = keep(settings)
    assert not wrong.keeper.save()
    assert "password" in wrong.state.postgres


def test_a_postgres_that_is_not_the_one_is_refused(database: Database, other: Certificate) -> None:
    stranger = keep(replace(database.settings, ca_file=other.file))
    assert not stranger.keeper.save()
    assert "certificate verify failed" in stranger.state.postgres
    elsewhere = replace(database.settings, host="localhost", ca_file=database.certificate.file)
    elsewhere_kept = keep(elsewhere)
    assert not elsewhere_kept.keeper.save()
    assert 'does not match host name "localhost"' in elsewhere_kept.state.postgres


def test_another_process_has_rows_of_its_own(database: Database) -> None:
    for _ in range(2):
        kept = keep(database.settings)
        kept.ledger.add({"a": COUNTS})
        assert kept.keeper.save()
    assert len(database.rows()) == 2


def test_the_last_run_is_marked_stopped(database: Database) -> None:
    kept = keep(database.settings)
    kept.keeper.start()
    kept.ledger.add({"a": COUNTS})
    kept.keeper.finish()
    with database.connect() as connection:
        (row,) = connection.execute("select stopped_at is not null, takes from runs").fetchall()
    assert row == (True, 1)


def test_counts_wait_while_the_database_is_away(database: Database) -> None:
    kept = keep(database.settings)
    kept.ledger.add({"a": COUNTS})
    assert kept.keeper.save()
    database.stop()
    kept.ledger.add({"a": COUNTS})
    assert not kept.keeper.save()
    assert not kept.keeper.save()
    assert kept.value("postgres_up") == 0
    assert kept.value("runs_unsaved") == 1
    assert kept.state.postgres
    database.start()
    assert kept.keeper.save()
    assert database.rows() == [("a", 1, 9, 10, 8, 4, 8, 2)]


def test_migrations_run_once_even_by_two_at_a_time(database: Database) -> None:
    applied: list[list[str]] = []

    def work() -> None:
        with database.connect() as connection:
            applied.append(bookkeeping.migrate(connection))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(applied, key=len) == [[], [], [], ["0001_runs.sql"]]


def test_nobody_there(secret: Path) -> None:
    kept = keep(Postgres("127.0.0.1", 1, "signal", "trading_signal", secret))
    kept.ledger.add({"a": COUNTS})
    assert not kept.keeper.save()
    assert kept.value("runs_unsaved") == 1
    kept.keeper.start()
    kept.keeper.finish()  # returns though nothing could be written
    assert kept.ledger.unsaved() == {"a": COUNTS}


def test_the_ledger_is_bounded_and_says_what_it_forgot() -> None:
    ledger = Ledger()
    for number in range(SESSIONS_KEPT + 3):
        ledger.add({f"s{number}": COUNTS})
    assert len(ledger.unsaved()) == SESSIONS_KEPT
    assert ledger.take_dropped() == 3
    assert ledger.take_dropped() == 0


def test_counts_that_moved_meanwhile_are_not_called_saved() -> None:
    ledger = Ledger()
    ledger.add({"a": COUNTS})
    seen = ledger.unsaved()
    ledger.add({"a": COUNTS})
    ledger.saved(seen)
    assert ledger.unsaved() == {"a": COUNTS.merged(COUNTS)}
    ledger.saved(ledger.unsaved())
    assert ledger.unsaved() == {}
