package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"cipherhorizon.internal/trust/tlstest"
)

func load(env map[string]string) (Config, []string) {
	c, problems := Load(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	var variables []string
	for _, p := range problems {
		variables = append(variables, p.Variable)
	}
	slices.Sort(variables)
	return c, slices.Compact(variables)
}

func secret(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte("pass word\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	c, wrong := load(map[string]string{"KAFKA_USER": "market-data", "KAFKA_PASSWORD_FILE": secret(t)})
	if wrong != nil {
		t.Fatal(wrong)
	}
	if c.Source != "generate" || c.Generate.FramesPerSecond != 20 || c.Generate.Symbols[0] != "SIMUSDT" || c.Kafka.Brokers[0] != "kafka:9092" ||
		!c.Kafka.SASL || c.Redis.Addr != "redis:6379" || c.MetricsPort != 9090 || c.ReplayPort != 9091 || c.CommitInterval != 50*time.Millisecond {
		t.Errorf("%+v", c)
	}
	if text, err := ReadSecret(c.Kafka.PasswordFile); err != nil || text != "pass word" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestProblems(t *testing.T) {
	plain := map[string]string{"KAFKA_SECURITY": "plaintext"}
	ca := tlstest.New(t).File
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"nothing at all":      {map[string]string{"KAFKA_SECURITY": ""}, []string{"KAFKA_PASSWORD_FILE", "KAFKA_USER"}},
		"security":            {map[string]string{"KAFKA_SECURITY": "ssl", "KAFKA_USER": "u", "KAFKA_PASSWORD_FILE": secret(t)}, []string{"KAFKA_SECURITY"}},
		"missing secret file": {map[string]string{"REDIS_PASSWORD_FILE": "/nowhere"}, []string{"REDIS_PASSWORD_FILE"}},
		"TLS":                 {map[string]string{"KAFKA_SECURITY": "sasl_ssl", "KAFKA_USER": "u", "KAFKA_PASSWORD_FILE": secret(t), "KAFKA_CA_FILE": ca, "REDIS_CA_FILE": ca}, nil},
		"TLS, no authority":   {map[string]string{"KAFKA_SECURITY": "sasl_ssl", "KAFKA_USER": "u", "KAFKA_PASSWORD_FILE": secret(t)}, []string{"KAFKA_CA_FILE"}},
		"TLS, no such file":   {map[string]string{"KAFKA_SECURITY": "sasl_ssl", "KAFKA_USER": "u", "KAFKA_PASSWORD_FILE": secret(t), "KAFKA_CA_FILE": "/nowhere", "REDIS_CA_FILE": "/nowhere"}, []string{"KAFKA_CA_FILE", "REDIS_CA_FILE"}},
		"TLS, no certificate": {map[string]string{"REDIS_CA_FILE": secret(t)}, []string{"REDIS_CA_FILE"}},
		"authority unused":    {map[string]string{"KAFKA_CA_FILE": ca}, []string{"KAFKA_CA_FILE"}},
		"redis user":          {map[string]string{"REDIS_USER": "u"}, []string{"REDIS_PASSWORD_FILE"}},
		"addresses":           {map[string]string{"KAFKA_BROKERS": "kafka", "REDIS_ADDR": "redis:99999"}, []string{"KAFKA_BROKERS", "REDIS_ADDR"}},
		"numbers":             {map[string]string{"SEED": "-1", "FRAMES_PER_SECOND": "NaN", "METRICS_PORT": "0", "COMMIT_RECORDS": "many"}, []string{"COMMIT_RECORDS", "FRAMES_PER_SECOND", "METRICS_PORT", "SEED"}},
		"same port twice":     {map[string]string{"METRICS_PORT": "9091"}, []string{"REPLAY_PORT"}},
		"symbols":             {map[string]string{"SYMBOLS": "BTCUSDT,eth"}, []string{"SYMBOLS"}},
		"no symbol":           {map[string]string{"SYMBOLS": ","}, []string{"SYMBOLS"}},
		"live without URLs":   {map[string]string{"SOURCE": "live"}, []string{"LIVE_SNAPSHOT_URL", "LIVE_URL"}},
		"live, wrong URLs":    {map[string]string{"SOURCE": "live", "LIVE_URL": "https://x", "LIVE_SNAPSHOT_URL": "https://x/depth"}, []string{"LIVE_SNAPSHOT_URL", "LIVE_URL"}},
		"live":                {map[string]string{"SOURCE": "live", "LIVE_URL": "wss://x/stream,ws://y:1/", "LIVE_SNAPSHOT_URL": "https://x/depth?s={symbol}"}, nil},
	} {
		env := map[string]string{}
		for _, from := range []map[string]string{plain, test.env} {
			for k, v := range from {
				env[k] = v
			}
		}
		if _, got := load(env); !slices.Equal(got, test.want) {
			t.Errorf("%s: problems with %v, want %v", name, got, test.want)
		}
	}
}
