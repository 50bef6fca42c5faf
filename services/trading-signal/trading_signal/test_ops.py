import time

from trading_signal import VERSION
from trading_signal.conftest import Served
from trading_signal.state import STALE_SECONDS


def test_ready_follows_the_pipeline_and_not_postgres(served: Served) -> None:
    answer = served.ops.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reason"] == "starting"
    served.state.not_ready = ""
    answer = served.ops.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["degraded"] == "postgres: not connected yet"
    served.state.postgres = ""
    assert served.ops.get("/readyz").json() == {"status": "ok"}


def test_stopping_is_not_ready_but_live(served: Served) -> None:
    served.state.not_ready = ""
    served.state.stopping.set()
    assert served.ops.get("/readyz").json()["reason"] == "stopping"
    assert served.ops.get("/livez").status_code == 200


def test_live_while_the_heart_beats(served: Served) -> None:
    served.state.beat = time.monotonic() - STALE_SECONDS - 1
    assert served.ops.get("/livez").status_code == 503
    served.state.heartbeat()
    assert served.ops.get("/livez").status_code == 200
    assert served.ops.get("/readyz").status_code == 503  # one says nothing of the other


def test_metrics_are_prometheus_text(served: Served) -> None:
    answer = served.ops.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert f'horizon_build_info{{service="trading-signal",version="{VERSION}"}} 1.0' in answer.text
    assert "horizon_trading_signal_model_info{" in answer.text
    assert served.ops.get("/predict").status_code == 404
