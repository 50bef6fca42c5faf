"""The served model: a logistic regression as a small JSON artefact with its hash."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from trading_signal.features import FEATURES
from trading_signal.problems import Problem, UnusableError

ARTEFACT = Path(__file__).with_name("model.json")
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Model:
    sha256: str
    weights: tuple[float, ...]  # for the scaled feature
    scales: tuple[float, ...]  # the feature's root mean square in training
    clip: float  # in scales: one absurd input can't decide alone
    trained: dict[str, Any]

    @property
    def short_hash(self) -> str:
        return self.sha256[:12]

    def score(self, features: Sequence[float]) -> int:
        """Signed parts per million: 2p - 1, p being the chance that the mid rises.

        Without an intercept and with an odd function, a mirrored market gets the opposite score.
        """
        z = 0.0
        for value, weight, scale in zip(features, self.weights, self.scales, strict=True):
            z += weight * max(-self.clip, min(self.clip, value / scale))
        return round(math.tanh(z / 2) * PPM)


def load(path: Path = ARTEFACT) -> Model:
    """Reads the artefact and proves it against the hash committed beside it."""
    recorded = path.with_suffix(".sha256")
    try:
        content = path.read_bytes()
        expected = recorded.read_text(encoding="ascii").split()[0]
    except (OSError, IndexError) as cause:
        raise UnusableError([_problem(path, f"{cause}", "a readable artefact and hash")]) from cause
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise UnusableError([_problem(path, f"sha256 {actual}", f"sha256 {expected}")])
    try:
        return _decode(content, actual)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as cause:
        raise UnusableError(
            [_problem(path, repr(cause), "format 1, all features, finite")]
        ) from cause


def _decode(content: bytes, sha256: str) -> Model:
    document = orjson.loads(content)
    rows = document["features"]
    if document["format"] != 1 or tuple(row["name"] for row in rows) != FEATURES:
        raise ValueError("format or features differ from what this service computes")
    weights = tuple(float(row["weight"]) for row in rows)
    scales = tuple(float(row["scale"]) for row in rows)
    if not all(map(math.isfinite, weights + scales)) or min(scales) <= 0:
        raise ValueError("weights must be finite and scales positive")
    return Model(sha256, weights, scales, float(document["clip"]), document["trained"])


def _problem(path: Path, given: str, allowed: str) -> Problem:
    return Problem(
        what=f"the model {path.name} can't be used",
        given=given,
        allowed=allowed,
        remedy="train it again with training/train.py and commit model.json with model.sha256",
    )
