import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_signal import model
from trading_signal.features import FEATURES
from trading_signal.problems import UnusableError

MODEL = model.load()
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(NUMBERS, min_size=6, max_size=6))
def test_a_mirrored_market_gets_the_opposite_score(features: list[float]) -> None:
    score = MODEL.score(features)
    assert -model.PPM <= score <= model.PPM
    assert MODEL.score([-value for value in features]) == -score


def test_more_buyers_raise_the_score() -> None:
    """The one relation the literature agrees on; a model without it was trained on noise."""
    scores = [MODEL.score([imbalance, 0, 0, 0, 0, 0]) for imbalance in (-0.9, -0.3, 0, 0.3, 0.9)]
    assert scores == sorted(scores)
    assert scores[2] == 0
    assert scores[-1] > 100_000


def test_hash_is_that_of_the_committed_bytes() -> None:
    assert model.ARTEFACT.with_suffix(".sha256").read_text().split() == [
        MODEL.sha256,
        "model.json",
    ]
    assert MODEL.short_hash == MODEL.sha256[:12]


def copy(folder: Path, content: bytes, sha256: str | None = None) -> Path:
    path = folder / "model.json"
    path.write_bytes(content)
    digest = sha256 or hashlib.sha256(content).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  model.json\n")
    return path


def test_changed_bytes_are_refused(tmp_path: Path) -> None:
    path = copy(tmp_path, model.ARTEFACT.read_bytes() + b" ", MODEL.sha256)
    with pytest.raises(UnusableError) as refused:
        model.load(path)
    assert MODEL.sha256 in refused.value.problems[0].allowed


@pytest.mark.parametrize("name", ["format", "features", "scale", "weight", "json"])
def test_other_artefacts_are_refused(tmp_path: Path, name: str) -> None:
    document = json.loads(model.ARTEFACT.read_bytes())
    if name == "format":
        document["format"] = 2
    elif name == "features":
        document["features"].pop()
    elif name != "json":
        document["features"][0][name] = 0 if name == "scale" else "NaN"
    content = b"{" if name == "json" else json.dumps(document).encode()
    with pytest.raises(UnusableError):
        model.load(copy(tmp_path, content))


def test_no_artefact(tmp_path: Path) -> None:
    with pytest.raises(UnusableError):
        model.load(tmp_path / "model.json")
    assert len(FEATURES) == len(MODEL.weights)
