package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/twmb/franz-go/pkg/kfake"

	"cipherhorizon.internal/trust/tlstest"
	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/message"
)

func TestTheServiceOverTLS(t *testing.T) {
	ours, other := tlstest.New(t), tlstest.New(t)
	broker := kafkatest.Start(t, kfake.TLS(ours.Server("127.0.0.1")), kfake.EnableSASL(),
		kfake.Superuser("SCRAM-SHA-512", "market-data", "right"), kfake.SeedTopics(1, message.TopicBook, message.TopicTrade))
	redis, err := miniredis.RunTLS(ours.Server("127.0.0.1"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(redis.Close)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("right"), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(kafka, cache *tlstest.Authority) *process {
		p := newProcess(t, broker, redis.Addr(), "KAFKA_SECURITY=sasl_ssl", "KAFKA_USER=market-data", "KAFKA_PASSWORD_FILE="+password,
			"KAFKA_CA_FILE="+kafka.File, "REDIS_CA_FILE="+cache.File)
		p.start()
		return p
	}
	p := start(ours, ours)
	eventually(t, "ready over TLS", func() bool { status, _ := p.get("/readyz"); return status == http.StatusOK })
	wrong := start(other, other)
	eventually(t, "both servers are refused", func() bool {
		status, body := wrong.get("/readyz")
		return status == http.StatusServiceUnavailable && strings.Count(body, "certificate signed by unknown authority") == 2
	})
}
