"""What the platform asks: alive, ready, metrics. And the one server for both ports."""

import socket
from http import HTTPStatus

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trading_signal.api import refusal
from trading_signal.metrics import Metrics
from trading_signal.problems import Problem
from trading_signal.state import State

BODY_LIMIT = 64 * 1024


def create(state: State, metrics: Metrics) -> Starlette:
    async def livez(_: Request) -> Response:
        return _answer("" if state.live() else "the main loop stands still", {})

    async def readyz(_: Request) -> Response:
        degraded = {"degraded": f"postgres: {state.postgres}"} if state.postgres else {}
        return _answer(state.reason_not_ready(), degraded)

    async def scrape(_: Request) -> Response:
        content = generate_latest(metrics.registry)
        return Response(content, headers={"content-type": CONTENT_TYPE_LATEST})

    routes = {"/livez": livez, "/readyz": readyz, "/metrics": scrape}
    return Starlette(routes=[Route(path, endpoint) for path, endpoint in routes.items()])


def _answer(reason: str, details: dict[str, str]) -> Response:
    if reason:
        return JSONResponse({"status": "no", "reason": reason, **details}, 503)
    return JSONResponse({"status": "ok", **details})


def by_port(ops: ASGIApp, api: ASGIApp, metrics_port: int) -> ASGIApp:
    """One event loop and one server; the port that was asked decides who answers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        server = scope.get("server")
        chosen = ops if server and server[1] == metrics_port else api
        await chosen(scope, receive, send)

    return app


def limited(app: ASGIApp, limit: int = BODY_LIMIT) -> ASGIApp:
    """Reads a body of at most `limit` bytes before the application sees it."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                await _too_large(limit)(scope, receive, send)
                return
        ready: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return ready.pop() if ready else await receive()

        await app(scope, replay, send)

    return guard


def _too_large(limit: int) -> Response:
    problem = Problem(
        what="the body is too large",
        given=f"more than {limit} bytes",
        allowed=f"at most {limit} bytes",
        remedy="send one set of features a request",
    )
    return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [problem])


def listen(port: int) -> socket.socket:
    """IPv6 and IPv4 on one socket where the machine has IPv6, else IPv4."""
    if socket.has_dualstack_ipv6():
        return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("0.0.0.0", port))
