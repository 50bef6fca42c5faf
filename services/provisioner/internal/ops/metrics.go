package ops

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts passes and changes.
type Metrics struct {
	registry *prometheus.Registry
	passes   *prometheus.CounterVec
	changes  *prometheus.CounterVec
	took     *prometheus.HistogramVec
	success  *prometheus.GaugeVec
}

// NewMetrics registers everything.
func NewMetrics(version string) *Metrics {
	target := []string{"target"}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		passes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "horizon_provisioner_passes_total",
			Help: "Passes over a server, by result."}, []string{"target", "result"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "horizon_provisioner_changes_total",
			Help: "Objects made or mended. After the start it should stand still: anything else is drift."}, target),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "horizon_provisioner_pass_seconds",
			Help: "Time of a pass.", Buckets: []float64{0.005, 0.02, 0.1, 0.5, 2, 10}}, target),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "horizon_provisioner_last_success_timestamp_seconds",
			Help: "When a server was last found or brought in line; until then, when it was first watched."}, target),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "horizon_build_info", Help: "Always 1."}, []string{"service", "version"})
	build.WithLabelValues("provisioner", version).Set(1)
	m.registry.MustRegister(m.passes, m.changes, m.took, m.success, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Watch implements reconcile.Metrics.
func (m *Metrics) Watch(target string) { m.success.WithLabelValues(target).SetToCurrentTime() }

// Pass implements reconcile.Metrics.
func (m *Metrics) Pass(target string, took time.Duration, changes int, err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	} else {
		m.success.WithLabelValues(target).SetToCurrentTime()
	}
	m.passes.WithLabelValues(target, result).Inc()
	m.changes.WithLabelValues(target).Add(float64(changes))
	m.took.WithLabelValues(target).Observe(took.Seconds())
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
