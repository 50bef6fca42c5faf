package config

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"cipherhorizon.internal/trust"
)

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

// authorities looks at the file to fail early; it is read again at each connection.
func (r *reader) authorities(name string) string {
	path := r.text(name, "")
	if path == "" {
		return ""
	}
	if _, err := trust.Authorities(path); err != nil {
		r.fail(name, "no authorities in this file: "+err.Error(), strconv.Quote(path), "a readable PEM file with at least one certificate",
			"mount the authorities there, or point "+name+" at them")
	}
	return path
}
