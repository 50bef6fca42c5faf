// Package config reads the environment once, at the edge, and reports every problem at once.
package config

import (
	"fmt"
	"math"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

type Kafka struct {
	Brokers      []string
	SASL         bool
	User         string
	PasswordFile string
	CAFile       string // empty: no TLS
}

type Redis struct {
	Addr         string
	User         string
	PasswordFile string // empty: no authentication
	CAFile       string // empty: no TLS
}

type Generate struct {
	Seed            uint64
	FramesPerSecond float64
	Symbols         []string
}

type Live struct {
	URLs        []string
	SnapshotURL string // {symbol} stands for the symbol
}

type Config struct {
	Source         string // generate, live or none
	Generate       Generate
	Live           Live
	Kafka          Kafka
	Redis          Redis
	MetricsPort    int
	ReplayPort     int
	CommitInterval time.Duration
	CommitRecords  int
	LogLevel       string
}

// Problem is one thing wrong with the configuration.
type Problem struct{ Variable, What, Given, Allowed, Remedy string }

func (p Problem) Error() string {
	return fmt.Sprintf("%s: %s, got %q; allowed: %s; %s", p.Variable, p.What, p.Given, p.Allowed, p.Remedy)
}

// Load reads everything that the service needs.
func Load(lookup func(string) (string, bool)) (Config, []Problem) {
	r := reader{lookup: lookup}
	c := Config{
		Source:         r.oneOf("SOURCE", "generate", "generate", "live", "none"),
		MetricsPort:    r.port("METRICS_PORT", 9090),
		ReplayPort:     r.port("REPLAY_PORT", 9091),
		CommitInterval: time.Duration(r.integer("COMMIT_INTERVAL_MS", 50, 1, 10_000)) * time.Millisecond,
		CommitRecords:  int(r.integer("COMMIT_RECORDS", 2000, 1, 100_000)),
		LogLevel:       r.oneOf("LOG_LEVEL", "info", "debug", "info", "warn", "error"),
		Generate: Generate{
			Seed:            uint64(r.integer("SEED", 1, 0, math.MaxInt64)),
			FramesPerSecond: r.rate("FRAMES_PER_SECOND", 20),
			Symbols:         r.symbols("SYMBOLS", "SIMUSDT"),
		},
		Kafka: r.kafka(),
		Redis: r.redis(),
	}
	if c.Source == "live" {
		c.Live = r.live()
	}
	if c.MetricsPort == c.ReplayPort {
		r.fail(Problem{"REPLAY_PORT", "equals METRICS_PORT", strconv.Itoa(c.ReplayPort), "another port", "set REPLAY_PORT to a free port"})
	}
	return c, r.problems
}

// Ports reads only what the commands beside the service itself need.
func Ports(lookup func(string) (string, bool)) (metrics, replay int, problems []Problem) {
	r := reader{lookup: lookup}
	return r.port("METRICS_PORT", 9090), r.port("REPLAY_PORT", 9091), r.problems
}

func (r *reader) kafka() Kafka {
	security := r.oneOf("KAFKA_SECURITY", "sasl_plaintext", "sasl_plaintext", "plaintext", "sasl_ssl")
	k := Kafka{Brokers: r.list("KAFKA_BROKERS", "kafka:9092"), SASL: security != "plaintext"}
	for _, address := range k.Brokers {
		r.address("KAFKA_BROKERS", address)
	}
	if k.SASL {
		k.User = r.required("KAFKA_USER", "the SCRAM user's name")
		k.PasswordFile = r.file("KAFKA_PASSWORD_FILE", true)
	}
	if security == "sasl_ssl" {
		k.CAFile = r.authorities("KAFKA_CA_FILE", true)
	} else if path := r.text("KAFKA_CA_FILE", ""); path != "" {
		r.fail(Problem{"KAFKA_CA_FILE", "is set, but KAFKA_SECURITY is " + security, path, "a file only with KAFKA_SECURITY=sasl_ssl",
			"set KAFKA_SECURITY=sasl_ssl, or unset KAFKA_CA_FILE"})
	}
	return k
}

func (r *reader) redis() Redis {
	c := Redis{Addr: r.text("REDIS_ADDR", "redis:6379"), User: r.text("REDIS_USER", "")}
	r.address("REDIS_ADDR", c.Addr)
	c.PasswordFile = r.file("REDIS_PASSWORD_FILE", c.User != "")
	c.CAFile = r.authorities("REDIS_CA_FILE", false)
	return c
}

func (r *reader) live() Live {
	l := Live{URLs: r.list("LIVE_URL", ""), SnapshotURL: r.required("LIVE_SNAPSHOT_URL", "an http(s) address with {symbol} in it")}
	if len(l.URLs) == 0 {
		r.required("LIVE_URL", "one or more ws(s) addresses of combined streams")
	}
	for _, text := range l.URLs {
		if u, err := url.Parse(text); err != nil || (u.Scheme != "ws" && u.Scheme != "wss") || u.Host == "" {
			r.fail(Problem{"LIVE_URL", "is not a WebSocket address", text, "ws://... or wss://...", "give the address of a combined stream"})
		}
	}
	plain := strings.ReplaceAll(l.SnapshotURL, "{symbol}", "X")
	if u, err := url.Parse(plain); l.SnapshotURL != "" && (err != nil || !strings.HasPrefix(u.Scheme, "http") || plain == l.SnapshotURL) {
		r.fail(Problem{"LIVE_SNAPSHOT_URL", "is not the address of a symbol's snapshot", l.SnapshotURL, "http(s)://...{symbol}...", "put {symbol} where the symbol goes"})
	}
	return l
}

var symbolPattern = regexp.MustCompile(`^[A-Z0-9][A-Z0-9_.-]{0,31}$`)

func (r *reader) symbols(name, fallback string) []string {
	symbols := r.list(name, fallback)
	for _, s := range symbols {
		if !symbolPattern.MatchString(s) {
			r.fail(Problem{name, "is not a list of symbols", s, "A-Z 0-9 _ . - separated by commas", "write symbols in upper case"})
		}
	}
	if len(symbols) == 0 {
		r.fail(Problem{name, "names no symbol", "", "at least one symbol", "unset it for " + fallback})
	}
	return symbols
}

// ReadSecret reads a password file. It is read again at each login, so a changed secret needs no restart.
func ReadSecret(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimRight(string(text), "\r\n"), err
}
