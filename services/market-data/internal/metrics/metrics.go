// Package metrics declares everything this service counts.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"cipherhorizon/market-data/internal/feed"
	"cipherhorizon/market-data/internal/message"
)

const prefix = "horizon_market_data_"

// Metrics is one set of instruments with its own registry, so that tests don't share counts.
type Metrics struct {
	registry *prometheus.Registry

	Frames       *prometheus.CounterVec // kind
	Published    *prometheus.CounterVec // topic
	Corrupt      prometheus.Counter
	Gaps         prometheus.Counter
	Resyncs      prometheus.Counter
	Lag          prometheus.Histogram
	Commit       prometheus.Histogram
	CommitErrors prometheus.Counter
	KafkaUp      prometheus.Gauge
	RedisErrors  prometheus.Counter
	RedisUp      prometheus.Gauge
	BookSynced   *prometheus.GaugeVec // symbol
	LiveErrors   prometheus.Counter
	ReplayActive prometheus.Gauge
	ReplayFrames prometheus.Gauge
	Replays      *prometheus.CounterVec // result
}

func New(version string) *Metrics {
	r := prometheus.NewRegistry()
	f := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return f.NewCounter(prometheus.CounterOpts{Name: prefix + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return f.NewGauge(prometheus.GaugeOpts{Name: prefix + name, Help: help})
	}
	vec := func(name, help, label string) *prometheus.CounterVec {
		return f.NewCounterVec(prometheus.CounterOpts{Name: prefix + name, Help: help}, []string{label})
	}
	seconds := func(name, help string) prometheus.Histogram {
		return f.NewHistogram(prometheus.HistogramOpts{Name: prefix + name, Help: help, Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15)})
	}
	m := &Metrics{
		registry:     r,
		Frames:       vec("frames_total", "Frames read, by kind.", "kind"),
		Published:    vec("published_total", "Messages committed to Kafka, by topic.", "topic"),
		Corrupt:      counter("corrupt_total", "Frames that could not be read and were skipped."),
		Gaps:         counter("gaps_total", "Differences that did not follow the one before."),
		Resyncs:      counter("resyncs_total", "Books made whole again by a snapshot after a gap."),
		Lag:          seconds("lag_seconds", "From the receipt of a frame to the commit of its message; replayed frames are left out."),
		Commit:       seconds("commit_seconds", "Time of one successful Kafka transaction."),
		CommitErrors: counter("commit_errors_total", "Kafka transactions that failed and were tried again."),
		KafkaUp:      gauge("kafka_up", "1 while Kafka is usable."),
		RedisErrors:  counter("redis_errors_total", "Failed writes of last values to Redis."),
		RedisUp:      gauge("redis_up", "1 while Redis is usable."),
		LiveErrors:   counter("live_errors_total", "Lost live connections and failed snapshot requests."),
		ReplayActive: gauge("replay_active", "1 while a replay runs."),
		ReplayFrames: gauge("replay_frames", "Frames of the current or last replay read so far."),
		Replays:      vec("replays_total", "Replays, by result.", "result"),
		BookSynced: f.NewGaugeVec(prometheus.GaugeOpts{Name: prefix + "book_synced",
			Help: "1 while the symbol's book is a snapshot and every difference since."}, []string{"symbol"}),
	}
	f.NewGaugeVec(prometheus.GaugeOpts{Name: "horizon_build_info", Help: "Always 1."}, []string{"service", "version"}).
		WithLabelValues("market-data", version).Set(1)
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.showFromTheStart()
	return m
}

// showFromTheStart makes every series exist at 0, so that rates see the first increase.
func (m *Metrics) showFromTheStart() {
	for _, k := range feed.Kinds {
		m.Frames.WithLabelValues(k.String())
	}
	for _, topic := range []string{message.TopicBook, message.TopicTrade} {
		m.Published.WithLabelValues(topic)
	}
	for _, result := range []string{"complete", "incomplete"} {
		m.Replays.WithLabelValues(result)
	}
}

func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Registry is for tests.
func (m *Metrics) Registry() *prometheus.Registry { return m.registry }
