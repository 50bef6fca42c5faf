// Package config reads the environment, once. What it returns needs no further checks.
package config

import (
	"errors"
	"fmt"
	"net"
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
}

// Postgres is how to reach and enter the server as its superuser.
type Postgres struct {
	Host     string
	Port     uint16
	Database string
	Login    Login
}

// Redis is how to reach and enter the server as one who may make users.
type Redis struct {
	Address string
	Login   Login
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
		Kafka: Kafka{
			Brokers:   r.addresses("KAFKA_BROKERS", "kafka:9092"),
			Plaintext: r.choice("KAFKA_SECURITY", "sasl_plaintext", "plaintext") == "plaintext",
		},
		Postgres: Postgres{
			Host:     r.text("POSTGRES_HOST", "postgres"),
			Port:     r.port("POSTGRES_PORT", "5432"),
			Database: r.text("POSTGRES_DB", "postgres"),
			Login:    r.login("POSTGRES", "postgres"),
		},
	}
	if !settings.Kafka.Plaintext {
		settings.Kafka.Login = r.login("KAFKA", "kafka")
	}
	if getenv("REDIS_ADDR") != "" {
		settings.Redis = &Redis{Address: r.addresses("REDIS_ADDR", "")[0], Login: r.login("REDIS", "redis")}
	}
	return settings, r.err
}

// reader keeps the first problem, so that the settings read as one list.
type reader struct {
	getenv func(string) string
	err    error
}

func (r *reader) fail(where, what, given, allowed, remedy string) {
	if r.err == nil {
		r.err = &Problem{where, what, given, allowed, remedy}
	}
}

func (r *reader) text(name, fallback string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	return fallback
}

func (r *reader) port(name, fallback string) uint16 {
	given := r.text(name, fallback)
	port, err := strconv.ParseUint(given, 10, 16)
	if err != nil || port == 0 {
		r.fail(name, "not a port", strconv.Quote(given), "1 to 65535", "set "+name+" to a free port")
	}
	return uint16(port)
}

func (r *reader) interval(name, fallback string) time.Duration {
	given := r.text(name, fallback)
	interval, err := time.ParseDuration(given)
	if err != nil || interval < shortestInterval || interval > longestInterval {
		r.fail(name, "not an interval", strconv.Quote(given), "1s to 1h, such as 60s", "set "+name+" to a duration with a unit")
	}
	return interval
}

func (r *reader) addresses(name, fallback string) []string {
	given := r.text(name, fallback)
	list := strings.Split(given, ",")
	for _, address := range list {
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			r.fail(name, "not a list of addresses", strconv.Quote(given), "host:port, separated by commas", "set "+name+" to the brokers, such as kafka:9092")
		}
	}
	return list
}

func (r *reader) choice(name string, values ...string) string {
	given := r.text(name, values[0])
	for _, value := range values {
		if value == given {
			return given
		}
	}
	r.fail(name, "unknown value", strconv.Quote(given), strings.Join(values, ", "), "set "+name+" to one of them")
	return ""
}

// login takes the user by name or from a file, the password always from a file. Both files are looked at once, to fail early.
func (r *reader) login(prefix, server string) Login {
	user := func() (string, error) { return r.text(prefix+"_USER", "provisioner"), nil }
	if r.getenv(prefix+"_USER_FILE") != "" {
		user = r.secret(prefix+"_USER_FILE", "")
	}
	password := r.secret(prefix+"_PASSWORD_FILE", "/run/secrets/"+server+"-password")
	return func() (string, string, error) {
		name, err := user()
		if err != nil {
			return "", "", fmt.Errorf("the user of %s: %w", server, err)
		}
		secret, err := password()
		if err != nil {
			return "", "", fmt.Errorf("the password for %s: %w", server, err)
		}
		return name, secret, nil
	}
}

func (r *reader) secret(name, fallback string) func() (string, error) {
	path := r.text(name, fallback)
	read := func() (string, error) { return ReadSecret(path) }
	if _, err := read(); err != nil {
		r.fail(name, "no secret in this file", strconv.Quote(path), "a readable file with the secret as its only line", "mount the secret there, or point "+name+" at it")
	}
	return read
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
