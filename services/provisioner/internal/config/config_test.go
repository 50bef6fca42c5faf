package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func environment(t *testing.T, changes map[string]string) func(string) string {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"KAFKA_PASSWORD_FILE": secret, "POSTGRES_PASSWORD_FILE": secret}
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
	if settings.Kafka.Password != "hush" || settings.Postgres.Password != "hush" {
		t.Error("the passwords weren't read without their line end")
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
