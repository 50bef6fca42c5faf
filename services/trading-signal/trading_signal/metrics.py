"""What Prometheus sees. Counted a batch at a time: a lock for each message would cost more."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from trading_signal import SERVICE, VERSION
from trading_signal.model import Model

PREFIX = "horizon_trading_signal"
SCORES = (-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9)
MOMENTS = (0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.001, 0.01, 0.1)
TRANSACTIONS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)


class Metrics:
    def __init__(self, model: Model) -> None:
        # process_start_time_seconds says it once for all.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Gauge(
            "horizon_build_info", "Build.", ("service", "version"), registry=self.registry
        )
        build.labels(SERVICE, VERSION).set(1)
        info = self._gauge("model_info", "The served model.", "model", "sha256")
        info.labels(model.short_hash, model.sha256).set(1)
        self._stream_metrics()
        self._signal_metrics()
        self._dependency_metrics()

    def _stream_metrics(self) -> None:
        self.messages = self._counter("messages", "Records processed and committed.", "topic")
        self.duplicates = self._counter(
            "duplicates", "Records not after the session's last.", "topic"
        )
        self.corrupt = self._counter(
            "corrupt", "Records that are no message of the topic.", "topic"
        )
        self.skipped = self._counter("skipped", "Messages that can't be used.", "reason")
        self.lag = self._gauge("lag_messages", "Records not yet read.", "topic")
        self.sessions = self._counter("sessions", "Sessions begun.")

    def _signal_metrics(self) -> None:
        self.signals = self._counter("signals", "Signals committed.", "account", "intent", "side")
        self.scores = self._histogram("score", "Scores, from -1 to 1.", SCORES)
        self.evaluation = self._histogram(
            "evaluation_seconds", "Features, score, decision.", MOMENTS
        )
        self.shift = self._gauge("feature_mean_shift", "Mean, in training deviations.", "feature")
        self.spread = self._gauge("feature_std_ratio", "Deviation over training's.", "feature")
        self.outliers = self._counter("feature_outliers", "Beyond the model's clip.", "feature")
        self.predictions = self._counter("predictions", "Answers of POST /predict.")

    def _dependency_metrics(self) -> None:
        self.transactions = self._counter("transactions", "Kafka transactions.", "outcome")
        self.transaction = self._histogram("transaction_seconds", "Begin to commit.", TRANSACTIONS)
        self.kafka_up = self._gauge("kafka_up", "1 if Kafka answered last.")
        self.postgres_up = self._gauge("postgres_up", "1 if the last write of runs succeeded.")
        self.unsaved = self._gauge("runs_unsaved", "Runs whose counts wait for PostgreSQL.")
        self.runs_dropped = self._counter("runs_dropped", "Runs forgotten before they were saved.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}_total", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{PREFIX}_{name}", text, buckets=buckets, registry=self.registry)
