package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cipherhorizon.internal/trust/tlstest"
)

func environment(t *testing.T, changes map[string]string) func(string) string {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"KAFKA_PASSWORD_FILE": secret, "POSTGRES_PASSWORD_FILE": secret, "REDIS_PASSWORD_FILE": secret}
	for name, value := range changes {
		values[name] = value
	}
	return func(name string) string { return values[name] }
}

func TestDefaults(t *testing.T) {
	settings, err := FromEnv(environment(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if settings.Interval != time.Minute || settings.MetricsPort != 9090 || settings.Kafka.Brokers[0] != "kafka:9092" {
		t.Errorf("unexpected defaults: %+v", settings)
	}
	for server, login := range map[string]Login{"kafka": settings.Kafka.Login, "postgres": settings.Postgres.Login} {
		user, password, err := login()
		if err != nil || user != "provisioner" || password != "hush" {
			t.Errorf("%s: %q, %q, %v: not the default user, or the password not without its line end", server, user, password, err)
		}
	}
	if settings.Redis != nil {
		t.Error("Redis without REDIS_ADDR")
	}
}

func TestProblemsNameTheVariable(t *testing.T) {
	cases := map[string]string{
		"PROVISION_INTERVAL":     "fast",
		"METRICS_PORT":           "70000",
		"KAFKA_BROKERS":          "kafka",
		"KAFKA_SECURITY":         "none",
		"KAFKA_PASSWORD_FILE":    "/nowhere",
		"POSTGRES_PASSWORD_FILE": "/nowhere",
		"POSTGRES_PORT":          "0",
		"POSTGRES_USER_FILE":     "/nowhere",
		"REDIS_ADDR":             "redis",
		"KAFKA_CA_FILE":          "/nowhere",
		"POSTGRES_CA_FILE":       "/nowhere",
	}
	for name, value := range cases {
		_, err := FromEnv(environment(t, map[string]string{name: value}))
		var problem *Problem
		if !As(err, &problem) {
			t.Errorf("%s=%s was accepted", name, value)
			continue
		}
		if problem.Where != name || problem.Remedy == "" || problem.Allowed == "" {
			t.Errorf("%s=%s: %+v", name, value, problem)
		}
		if !strings.Contains(problem.Given, value) {
			t.Errorf("%s: the problem doesn't show what was given: %s", name, problem.Given)
		}
	}
}

func TestAuthorities(t *testing.T) {
	ca := tlstest.New(t).File
	servers := map[string]string{"KAFKA_SECURITY": "sasl_ssl", "KAFKA_CA_FILE": ca, "POSTGRES_CA_FILE": ca, "REDIS_ADDR": "redis:6379", "REDIS_CA_FILE": ca}
	settings, err := FromEnv(environment(t, servers))
	if err != nil || settings.Kafka.CAFile != ca || settings.Kafka.Login == nil || settings.Postgres.CAFile != ca || settings.Redis.CAFile != ca {
		t.Errorf("%+v, %v", settings, err)
	}
	for what, test := range map[string]struct {
		where   string
		changes map[string]string
	}{
		"TLS without authorities":    {"KAFKA_CA_FILE", map[string]string{"KAFKA_SECURITY": "sasl_ssl"}},
		"authorities without TLS":    {"KAFKA_CA_FILE", map[string]string{"KAFKA_CA_FILE": ca}},
		"authorities without logins": {"KAFKA_CA_FILE", map[string]string{"KAFKA_SECURITY": "plaintext", "KAFKA_CA_FILE": ca}},
		"a file without any":         {"POSTGRES_CA_FILE", map[string]string{"POSTGRES_CA_FILE": environment(t, nil)("KAFKA_PASSWORD_FILE")}},
		"no file":                    {"REDIS_CA_FILE", map[string]string{"REDIS_ADDR": "redis:6379", "REDIS_CA_FILE": "/nowhere"}},
	} {
		_, err := FromEnv(environment(t, test.changes))
		var problem *Problem
		if !As(err, &problem) || problem.Where != test.where || problem.Given == "" || problem.Allowed == "" || problem.Remedy == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Of a server that somebody else runs both may change at any time.
func TestAUserAndAPasswordFromFilesAreReadAnewForEachLogin(t *testing.T) {
	user := filepath.Join(t.TempDir(), "username")
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(user, "admin")
	getenv := environment(t, map[string]string{"REDIS_ADDR": "redis:6379", "REDIS_USER_FILE": user})
	password := getenv("REDIS_PASSWORD_FILE")
	settings, err := FromEnv(getenv)
	if err != nil || settings.Redis.Address != "redis:6379" {
		t.Fatal(settings.Redis, err)
	}
	write(user, "other\n")
	write(password, "changed")
	if name, secret, err := settings.Redis.Login(); name != "other" || secret != "changed" || err != nil {
		t.Errorf("%q, %q, %v", name, secret, err)
	}
	write(password, "")
	if _, _, err := settings.Redis.Login(); err == nil || !strings.Contains(err.Error(), "redis") {
		t.Errorf("an empty password was taken: %v", err)
	}
}

func TestSecretsOfSeveralLinesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	for _, content := range []string{"", "\n", "one\ntwo"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSecret(path); err == nil {
			t.Errorf("%q was taken for a password", content)
		}
	}
}
