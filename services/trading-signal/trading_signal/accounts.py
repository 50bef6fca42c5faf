"""Keeps the books: what was committed becomes metrics, drift and run counts."""

from trading_signal.drift import Drift
from trading_signal.ledger import Ledger
from trading_signal.merge import STREAMS
from trading_signal.metrics import Metrics
from trading_signal.model import Model
from trading_signal.processor import Batch, Processor


class Accounts:
    def __init__(self, model: Model, metrics: Metrics, ledger: Ledger) -> None:
        self._metrics = metrics
        self._ledger = ledger
        self._drift = Drift(model, metrics)
        self._published: dict[tuple[str, str], int] = {}
        self._processor: Processor | None = None
        self.kafka_is_up = False

    def kafka(self, up: bool) -> None:
        self.kafka_is_up = up
        self._metrics.kafka_up.set(up)

    def lag(self, topic: str, messages: int) -> None:
        self._metrics.lag.labels(topic).set(messages)

    def transaction(self, outcome: str, seconds: float) -> None:
        self._metrics.transactions.labels(outcome).inc()
        self._metrics.transaction.observe(seconds)

    def committed(self, batch: Batch) -> None:
        for topic, count in zip(STREAMS, batch.records, strict=True):
            self._metrics.messages.labels(topic).inc(count)
        for signal in batch.signals:
            self._metrics.signals.labels(signal.account, signal.intent, signal.side).inc()
        for evaluation, seconds in batch.evaluations:
            self._metrics.evaluation.observe(seconds)
            self._drift.observe(evaluation.features, evaluation.score)
        if batch.evaluations:
            self._drift.publish()
        self._ledger.add(batch.runs)

    def stream(self, processor: Processor) -> None:
        """Publishes how far a processor's own counts have moved since the last call."""
        if processor is not self._processor:
            self._processor = processor
            self._published = {}
        for stream, topic in enumerate(STREAMS):
            if moved := self._moved("duplicates", topic, processor.duplicates[stream]):
                self._metrics.duplicates.labels(topic).inc(moved)
            if moved := self._moved("corrupt", topic, processor.corrupt[stream]):
                self._metrics.corrupt.labels(topic).inc(moved)
        for reason, count in processor.skipped.items():
            if moved := self._moved("skipped", reason, count):
                self._metrics.skipped.labels(reason).inc(moved)
        if moved := self._moved("sessions", "", processor.sessions):
            self._metrics.sessions.inc(moved)

    def _moved(self, kind: str, label: str, count: int) -> int:
        moved = count - self._published.get((kind, label), 0)
        self._published[kind, label] = count
        return moved
