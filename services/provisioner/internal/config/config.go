// Package config reads the environment, once. What it returns needs no further checks.
package config

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Problem is a setting that a person must mend: where, what, given, allowed, remedy.
type Problem struct {
	Where, What, Given, Allowed, Remedy string
}

func (p *Problem) Error() string {
	return fmt.Sprintf("%s: %s; given %s; allowed: %s; %s", p.Where, p.What, p.Given, p.Allowed, p.Remedy)
}

// As finds the problem inside an error.
func As(err error, target **Problem) bool { return errors.As(err, target) }

// Login says who to be. It is asked for every login, so that a password that was changed in its file needs no restart.
type Login func() (user, password string, err error)

// Kafka is how to reach and enter the broker.
type Kafka struct {
	Brokers []string
	Login   Login
	// Plaintext is for tests against a broker without logins.
	Plaintext bool
	// CAFile holds the authorities that sign the server's certificate; empty: no TLS. It is the same for the others below.
	CAFile string
}

// Postgres is how to reach and enter the server as its superuser.
type Postgres struct {
	Host     string
	Port     uint16
	Database string
	Login    Login
	CAFile   string
}

// Redis is how to reach and enter the server as one who may make users.
type Redis struct {
	Address string
	Login   Login
	CAFile  string
}

// Settings is the whole configuration.
type Settings struct {
	SpecFile    string
	Interval    time.Duration
	MetricsPort uint16
	Kafka       Kafka
	Postgres    Postgres
	// Redis is nil where there are no users to be made in it.
	Redis *Redis
}

const (
	shortestInterval = time.Second
	longestInterval  = time.Hour
)

// FromEnv reads every variable and returns the first problem.
func FromEnv(getenv func(string) string) (Settings, error) {
	r := &reader{getenv: getenv}
	settings := Settings{
		SpecFile:    r.text("SPEC_FILE", "/etc/provisioner/spec.json"),
		Interval:    r.interval("PROVISION_INTERVAL", "60s"),
		MetricsPort: r.port("METRICS_PORT", "9090"),
		Kafka:       r.kafka(),
		Postgres: Postgres{
			Host:     r.text("POSTGRES_HOST", "postgres"),
			Port:     r.port("POSTGRES_PORT", "5432"),
			Database: r.text("POSTGRES_DB", "postgres"),
			Login:    r.login("POSTGRES", "postgres"),
			CAFile:   r.authorities("POSTGRES_CA_FILE"),
		},
	}
	if getenv("REDIS_ADDR") != "" {
		settings.Redis = &Redis{Address: r.addresses("REDIS_ADDR", "")[0], Login: r.login("REDIS", "redis"), CAFile: r.authorities("REDIS_CA_FILE")}
	}
	return settings, r.err
}

func (r *reader) kafka() Kafka {
	const ca, tls = "KAFKA_CA_FILE", "sasl_ssl"
	security := r.choice("KAFKA_SECURITY", "sasl_plaintext", "plaintext", tls)
	k := Kafka{Brokers: r.addresses("KAFKA_BROKERS", "kafka:9092"), Plaintext: security == "plaintext", CAFile: r.authorities(ca)}
	if !k.Plaintext {
		k.Login = r.login("KAFKA", "kafka")
	}
	switch {
	case security == tls && k.CAFile == "":
		r.fail(ca, "no authorities for TLS", "nothing", "a PEM file with at least one certificate", "mount the authorities of the brokers, and set "+ca)
	case security != tls && k.CAFile != "":
		r.fail(ca, "authorities without TLS", strconv.Quote(k.CAFile), "a file only with KAFKA_SECURITY="+tls, "set KAFKA_SECURITY="+tls+", or unset "+ca)
	}
	return k
}

// ReadSecret reads a password from a file; a line end after it doesn't count.
func ReadSecret(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	secret := strings.TrimRight(string(content), "\r\n")
	if secret == "" || strings.ContainsAny(secret, "\r\n") {
		return "", fmt.Errorf("%s is empty or has more than one line", path)
	}
	return secret, nil
}
