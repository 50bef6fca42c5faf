package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

type service struct{ ready, live atomic.Bool }

func (s *service) Run(ctx context.Context) { <-ctx.Done() }
func (s *service) Ready() bool             { return s.ready.Load() }
func (s *service) Live() bool              { return s.live.Load() }

func freePort(t *testing.T) uint16 {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return uint16(listener.Addr().(*net.TCPAddr).Port)
}

func TestEndpointsAndHealthcheck(t *testing.T) {
	port := freePort(t)
	getenv := func(string) string { return fmt.Sprint(port) }
	metrics := NewMetrics("1.2.3")
	metrics.Pass("kafka", time.Millisecond, 2, nil)
	running := &service{}
	running.live.Store(true)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, port, metrics, running) }()

	deadline := time.Now().Add(5 * time.Second)
	for Healthcheck([]string{"--live"}, getenv) != 0 {
		if time.Now().After(deadline) {
			t.Fatal("not alive within 5 s")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if Healthcheck(nil, getenv) != 1 {
		t.Error("ready before the service is")
	}
	running.ready.Store(true)
	if Healthcheck(nil, getenv) != 0 {
		t.Error("not ready although the service is")
	}
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/metrics", port))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	for _, line := range []string{
		`horizon_build_info{service="provisioner",version="1.2.3"} 1`,
		`horizon_provisioner_changes_total{target="kafka"} 2`,
		`horizon_provisioner_passes_total{result="ok",target="kafka"} 1`,
	} {
		if !strings.Contains(string(text), line) {
			t.Errorf("no %s", line)
		}
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("doesn't stop within 5 s")
	}
}

// Without it the alert on a server that was never in line would have nothing to compare.
func TestAWatchedServerHasATimeBeforeItsFirstSuccess(t *testing.T) {
	metrics := NewMetrics("1.2.3")
	before := float64(time.Now().Unix())
	metrics.Watch("postgres")
	metrics.Pass("postgres", time.Millisecond, 0, errors.New("not there"))
	answer := httptest.NewRecorder()
	metrics.handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	const series = `horizon_provisioner_last_success_timestamp_seconds{target="postgres"} `
	_, after, found := strings.Cut(answer.Body.String(), series)
	value, _, _ := strings.Cut(after, "\n")
	since, err := strconv.ParseFloat(value, 64)
	if !found || err != nil || since < before || since > before+60 {
		t.Errorf("%s%q, want the time of the start, about %v", series, value, before)
	}
}

func TestLogLines(t *testing.T) {
	var out bytes.Buffer
	NewLogger(&out).Warn("hello", "target", "kafka")
	var line map[string]string
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.RFC3339Nano, line["ts"]); err != nil {
		t.Error(err)
	}
	if line["level"] != "warn" || line["service"] != "provisioner" || line["msg"] != "hello" || line["target"] != "kafka" {
		t.Errorf("%v", line)
	}
}
