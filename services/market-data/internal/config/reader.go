package config

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"cipherhorizon.internal/trust"
)

// reader collects problems instead of stopping at the first.
type reader struct {
	lookup   func(string) (string, bool)
	problems []Problem
}

func (r *reader) fail(p Problem) { r.problems = append(r.problems, p) }

func (r *reader) text(name, fallback string) string {
	if value, ok := r.lookup(name); ok && value != "" {
		return value
	}
	return fallback
}

func (r *reader) required(name, allowed string) string {
	value := r.text(name, "")
	if value == "" {
		r.fail(Problem{name, "is not set", "", allowed, "set it in the environment"})
	}
	return value
}

func (r *reader) list(name, fallback string) []string {
	var items []string
	for item := range strings.SplitSeq(r.text(name, fallback), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func (r *reader) oneOf(name, fallback string, allowed ...string) string {
	value := r.text(name, fallback)
	for _, a := range allowed {
		if value == a {
			return value
		}
	}
	r.fail(Problem{name, "is not one of the choices", value, strings.Join(allowed, ", "), "choose one of them"})
	return fallback
}

func (r *reader) integer(name string, fallback, least, most int64) int64 {
	text := r.text(name, strconv.FormatInt(fallback, 10))
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < least || value > most {
		r.fail(Problem{name, "is not a whole number in range", text, fmt.Sprintf("%d to %d", least, most), "correct it or unset it for " + strconv.FormatInt(fallback, 10)})
		return fallback
	}
	return value
}

func (r *reader) port(name string, fallback int64) int {
	return int(r.integer(name, fallback, 1, 65535))
}

func (r *reader) rate(name string, fallback float64) float64 {
	text := r.text(name, strconv.FormatFloat(fallback, 'g', -1, 64))
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !(value >= 0.01 && value <= 100_000) {
		r.fail(Problem{name, "is not a rate", text, "0.01 to 100000", "correct it or unset it for 20"})
		return fallback
	}
	return value
}

func (r *reader) address(name, value string) {
	host, port, err := net.SplitHostPort(value)
	number, portErr := strconv.Atoi(port)
	if err != nil || host == "" || portErr != nil || number < 1 || number > 65535 {
		r.fail(Problem{name, "is not an address", value, "host:port", "write it as host:port"})
	}
}

func (r *reader) file(name string, required bool) string {
	path := r.text(name, "")
	if path == "" {
		if required {
			r.fail(Problem{name, "is not set", "", "path of a file that holds the password", "set it in the environment"})
		}
		return ""
	}
	if _, err := os.ReadFile(path); err != nil {
		r.fail(Problem{name, "can't be read", path, "a file that this user may read", "mount the secret: " + err.Error()})
	}
	return path
}

func (r *reader) authorities(name string, required bool) string {
	path := r.text(name, "")
	if path == "" {
		if required {
			r.fail(Problem{name, "is not set", "", "path of a PEM file with the certificates of the server's authorities", "set it in the environment"})
		}
		return ""
	}
	if _, err := trust.Authorities(path); err != nil {
		r.fail(Problem{name, "can't be used", path, "a PEM file with at least one certificate that this user may read", "mount the authorities: " + err.Error()})
	}
	return path
}
