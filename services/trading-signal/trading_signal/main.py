"""Starts the parts, waits for SIGTERM, stops them in order."""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator

import uvicorn

from trading_signal import VERSION, api, jsonlog, model, ops, pipeline
from trading_signal.accounts import Accounts
from trading_signal.bookkeeper import Bookkeeper
from trading_signal.config import Settings, from_environment
from trading_signal.ledger import Ledger
from trading_signal.metrics import Metrics
from trading_signal.problems import Problem, UnusableError
from trading_signal.state import State
from trading_signal.watchdog import Watchdog

UNUSABLE = 2


class Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would end the process before the last transaction."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run() -> int:
    try:
        settings = from_environment(os.environ)
        jsonlog.set_level(settings.log_level)
        served = model.load()
        sockets = [_listen(settings.metrics_port), _listen(settings.api_port)]
    except UnusableError as cause:
        for problem in cause.problems:
            jsonlog.error("can't start", **problem.as_dict())
        return UNUSABLE
    jsonlog.info("starting", version=VERSION, model=served.sha256, rules=settings.rules)
    return asyncio.run(_serve(settings, served, sockets))


async def _serve(settings: Settings, served: model.Model, sockets: list[socket.socket]) -> int:
    state, metrics, ledger = State(), Metrics(served), Ledger()
    accounts = Accounts(served, metrics, ledger)
    bookkeeper = Bookkeeper(settings.postgres, served.sha256, ledger, state, metrics)
    watchdog = Watchdog(state)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            pipeline.run(settings, served, state, accounts)
        except BaseException as cause:
            failures.append(cause)
        finally:
            loop.call_soon_threadsafe(ended.set)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, state.stopping.set)
    web = server(served, state, metrics, settings.metrics_port)
    serving = asyncio.create_task(web.serve(sockets))
    bookkeeper.start()
    threading.Thread(target=work, name="pipeline", daemon=True).start()
    watchdog.start()
    await ended.wait()
    watchdog.stop()
    state.stopping.set()
    await asyncio.to_thread(bookkeeper.finish)
    web.should_exit = True
    await serving
    if failures:
        jsonlog.error("the pipeline failed", error=repr(failures[0]))
        return 1
    jsonlog.info("stopped")
    return 0


def server(
    served: model.Model, state: State, metrics: Metrics, metrics_port: int
) -> uvicorn.Server:
    probes, interface = ops.create(state, metrics), api.create(served, metrics)
    app = ops.by_port(probes, ops.limited(interface), metrics_port)
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=2,
            limit_concurrency=64,
        )
    )


def _listen(port: int) -> socket.socket:
    try:
        return ops.listen(port)
    except OSError as cause:
        problem = Problem(
            what=f"port {port} can't be listened on",
            given=str(cause),
            allowed="a free port above 1023",
            remedy="set METRICS_PORT or API_PORT to one",
        )
        raise UnusableError([problem]) from cause
