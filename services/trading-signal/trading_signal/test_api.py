"""Over real HTTP."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trading_signal import model
from trading_signal.conftest import Served
from trading_signal.features import FEATURES

GOOD = {
    "imbalance": 0.5,
    "micro_bps": 0.004,
    "return_1s_bps": -0.1,
    "return_10s_bps": 2.0,
    "flow_1s": 1.0,
    "flow_10s": -0.25,
}
MODEL = model.load()
PARTS = {"what", "given", "allowed", "remedy"}


def test_predict_is_the_models_score(served: Served) -> None:
    answer = served.api.post("/predict", json={"features": GOOD})
    assert answer.status_code == 200
    score = MODEL.score([GOOD[name] for name in FEATURES])
    assert answer.json() == {"score": score, "model": MODEL.short_hash}


def test_model_card(served: Served) -> None:
    card = served.api.get("/model").json()
    assert card["sha256"] == MODEL.sha256
    assert card["features"] == list(FEATURES)
    assert card["trained"]["holdout"]["auc"] > 0.5


def refused(answer: httpx.Response, *statuses: int) -> list[dict[str, str]]:
    assert answer.status_code in statuses
    errors: list[dict[str, str]] = answer.json()["errors"]
    assert errors
    assert all(set(error) == PARTS and all(error.values()) for error in errors)
    return errors


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"imbalance": 1.5}, "imbalance"),
        ({"flow_1s": "0.5"}, "flow_1s"),
        ({"micro_bps": None}, "micro_bps"),
        ({"return_1s_bps": True}, "return_1s_bps"),
        ({"surplus": 0}, "surplus"),
    ],
)
def test_bad_features_name_the_field(served: Served, change: dict[str, object], part: str) -> None:
    errors = refused(served.api.post("/predict", json={"features": GOOD | change}), 422)
    assert [part in error["what"] for error in errors] == [True]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"features":{"imbalance":NaN}}', '{"features":3}', "\ufeff"]
)
def test_bad_bodies(served: Served, body: str) -> None:
    headers = {"content-type": "application/json"}
    refused(served.api.post("/predict", content=body.encode(), headers=headers), 422)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_no_body_is_a_server_error(served: Served, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    refused(served.api.post("/predict", content=body, headers=headers), 400, 422)


def test_large_bodies_are_refused(served: Served) -> None:
    refused(served.api.post("/predict", content=b" " * 65_537), 413)
    chunks = (b" " * 1_000 for _ in range(100))  # chunked: no length to trust
    refused(served.api.post("/predict", content=chunks), 413)


def test_other_paths_and_methods(served: Served) -> None:
    refused(served.api.get("/nothing"), 404)
    refused(served.api.get("/predict"), 405)
    refused(served.api.get("/metrics"), 404)  # belongs to the other port


def test_openapi_describes_predict(served: Served) -> None:
    document = served.api.get("/openapi.json").json()
    assert set(document["paths"]) == {"/predict", "/model"}
    assert set(document["components"]["schemas"]["Features"]["properties"]) == set(FEATURES)
