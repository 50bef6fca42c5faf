"""Does the market still look like the one the model was trained on?"""

import math
from collections.abc import Sequence

from trading_signal.features import FEATURES
from trading_signal.metrics import Metrics
from trading_signal.model import PPM, Model

MEMORY = 1_000  # evaluations; about four minutes of one symbol


class Drift:
    """Running mean and deviation of each feature, in units of its deviation in training."""

    def __init__(self, model: Model, metrics: Metrics) -> None:
        self._model = model
        self._metrics = metrics
        self._count = 0
        self._means = [0.0] * len(FEATURES)
        self._squares = [0.0] * len(FEATURES)

    def observe(self, features: Sequence[float], score: int) -> None:
        self._count = min(self._count + 1, MEMORY)
        weight = 1 / self._count  # a plain mean at first, exponential later
        means, squares = self._means, self._squares
        for i, value in enumerate(features):
            z = value / self._model.scales[i]
            means[i] += weight * (z - means[i])
            squares[i] += weight * (z * z - squares[i])
            if abs(z) > self._model.clip:
                self._metrics.outliers.labels(FEATURES[i]).inc()
        self._metrics.scores.observe(score / PPM)

    def publish(self) -> None:
        for name, mean, square in zip(FEATURES, self._means, self._squares, strict=True):
            self._metrics.shift.labels(name).set(mean)
            self._metrics.spread.labels(name).set(math.sqrt(max(0.0, square - mean * mean)))
