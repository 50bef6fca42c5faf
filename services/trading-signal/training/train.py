"""Trains the served model and writes model.json with model.sha256.

    python -m training.train [--out DIR] [--capture FILE.gz]

The data are made here from fixed seeds, so anyone can repeat it; a capture can be added. Features
come from the service's own Window, so training and serving can't differ. The target is whether the
mid is higher one second after an evaluation, where it moved at all. Each row is used twice, as it
is and mirrored, which is why the model needs no intercept and has no opinion on direction itself.
"""

import os

# Before numpy is imported: a sum in another order is another sum.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import hashlib
import json
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from trading_signal.features import FEATURES, Window
from trading_signal.messages import Book, Trade
from trading_signal.model import ARTEFACT
from trading_signal.strategy import unusable
from training import capture, generate

TRAIN_SEEDS = (11, 12, 13)
HOLDOUT_SEED = 99
SECONDS = 900
EVERY_NS = 250_000_000
AHEAD_NS = 1_000_000_000
CLIP = 4.0

Matrix = npt.NDArray[np.float64]


def table(messages: Iterable[Book | Trade]) -> tuple[Matrix, Matrix]:
    """Features at each slot of EVERY_NS, and the sign of the mid's change AHEAD_NS later."""
    window, slot = Window(), -1
    waiting: deque[tuple[int, int, tuple[float, ...]]] = deque()
    rows: list[tuple[float, ...]] = []
    moves: list[int] = []
    for message in messages:
        if isinstance(message, Trade):
            window.add_trade(message)
            continue
        if unusable(message):
            continue
        window.add_book(message)
        mid2 = message.bid + message.ask
        while waiting and waiting[0][0] <= message.recv:
            _, before, features = waiting.popleft()
            if mid2 != before:
                rows.append(features)
                moves.append(1 if mid2 > before else -1)
        if message.recv // EVERY_NS > slot:
            slot = message.recv // EVERY_NS
            waiting.append((message.recv + AHEAD_NS, mid2, window.features(message)))
    return np.array(rows), np.array(moves, dtype=np.float64)


def fit(features: Matrix, moves: Matrix) -> dict[str, Any]:
    scales = np.sqrt(np.mean(features**2, axis=0))
    scaled = np.clip(features / scales, -CLIP, CLIP)
    # Newton's method ends at the one optimum of a convex problem to the last few bits, and the
    # rounding below drops those: other processors give the same artefact.
    model = LogisticRegression(solver="newton-cholesky", C=1.0, fit_intercept=False, tol=1e-10)
    model.fit(np.vstack((scaled, -scaled)), np.concatenate((moves, -moves)))
    return {
        "format": 1,
        "kind": "logistic",
        "clip": CLIP,
        "features": [
            {
                "name": name,
                "scale": round(float(scale), 6),
                "weight": round(float(weight), 6),
                "mean": round(float(mean), 6),
                "std": round(float(std), 6),
            }
            for name, scale, weight, mean, std in zip(
                FEATURES,
                scales,
                model.coef_[0],
                features.mean(axis=0),
                features.std(axis=0),
                strict=True,
            )
        ],
    }


def judge(artefact: dict[str, Any], features: Matrix, moves: Matrix) -> dict[str, Any]:
    """How well the rounded artefact, not the fitted object, does on data it hasn't seen."""
    scales = np.array([row["scale"] for row in artefact["features"]])
    weights = np.array([row["weight"] for row in artefact["features"]])
    z = np.clip(features / scales, -CLIP, CLIP) @ weights
    rises = 1 / (1 + np.exp(-z))
    return {
        "rows": len(moves),
        "auc": round(float(roc_auc_score(moves, z)), 3),
        "log_loss": round(float(log_loss(moves, rises)), 3),
    }


def train(extra: Path | None = None) -> dict[str, Any]:
    tables = [table(generate.messages(_market(seed))) for seed in TRAIN_SEEDS]
    if extra:
        tables.append(table(capture.messages(extra)))
    features = np.vstack([rows for rows, _ in tables])
    moves = np.concatenate([target for _, target in tables])
    artefact = fit(features, moves)
    artefact["trained"] = {
        "target": "sign of the mid's change after 1 s",
        "seeds": list(TRAIN_SEEDS),
        "seconds_each": SECONDS,
        "capture_sha256": hashlib.sha256(extra.read_bytes()).hexdigest() if extra else None,
        "rows": len(moves),
        "holdout": judge(artefact, *table(generate.messages(_market(HOLDOUT_SEED)))),
    }
    return artefact


def encode(artefact: dict[str, Any]) -> bytes:
    return json.dumps(artefact, indent=2).encode("ascii") + b"\n"


def _market(seed: int) -> generate.Market:
    return generate.Market(seed=seed, seconds=SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=ARTEFACT.parent)
    parser.add_argument("--capture", type=Path)
    options = parser.parse_args()
    artefact = train(options.capture)
    content = encode(artefact)
    sha256 = hashlib.sha256(content).hexdigest()
    (options.out / "model.json").write_bytes(content)
    (options.out / "model.sha256").write_text(f"{sha256}  model.json\n", encoding="ascii")
    print(json.dumps({"sha256": sha256, "trained": artefact["trained"]}, indent=2))


if __name__ == "__main__":
    main()
