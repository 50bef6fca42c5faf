package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"

	"cipherhorizon/market-data/internal/kafkatest"
)

func TestRefusals(t *testing.T) {
	b, redis := kafkatest.Start(t), startRedis(t)
	p := newProcess(t, b, redis.Addr())
	p.start()
	for _, flags := range [][]string{{"--session", "a b"}, {"--session", "gen-1"}, {"--speed", "fast"}, {"--speed", "0x"}} {
		if _, notes, err := p.replay(t.Context(), "ok", strings.NewReader(""), flags...); err == nil || !strings.Contains(notes, `"remedy"`) {
			t.Errorf("%v: %v %s", flags, err, notes)
		}
	}
	if _, notes, err := p.replay(t.Context(), "cut", bytes.NewReader([]byte{0x1f, 0x8b, 8, 0, 0})); err == nil || !strings.Contains(notes, `"remedy"`) {
		t.Errorf("damaged capture: %v %s", err, notes)
	}
	first, hold := io.Pipe()
	defer hold.Close()
	go func() { _, _, _ = p.replay(t.Context(), "slow", first) }()
	eventually(t, "the first replay runs", func() bool {
		_, body := p.get("/metrics")
		return strings.Contains(body, "horizon_market_data_replay_active 1")
	})
	// More than a pipe holds: a channel into a pod doesn't end while something that was sent lies unread.
	unread := bytes.NewReader(make([]byte, 1<<20))
	if _, notes, err := p.replay(t.Context(), "second", unread); err == nil || !strings.Contains(notes, "another replay") {
		t.Errorf("a second replay: %v %s", err, notes)
	}
	if unread.Len() > 0 {
		t.Errorf("a second replay left %d bytes of its capture unread", unread.Len())
	}
}

func TestCommandLine(t *testing.T) {
	run := func(env []string, arguments ...string) (int, string) {
		command := exec.Command(binary, arguments...)
		command.Env = env
		output, _ := command.CombinedOutput()
		return command.ProcessState.ExitCode(), string(output)
	}
	if code, out := run(nil, "version"); code != 0 || !strings.HasPrefix(out, "market-data ") {
		t.Errorf("version: %d %s", code, out)
	}
	if code, _ := run([]string{"METRICS_PORT=1"}, "healthcheck"); code != 1 {
		t.Errorf("healthcheck of nothing: %d", code)
	}
	if code, _ := run(nil, "nonsense"); code != 2 {
		t.Errorf("unknown command: %d", code)
	}
	code, out := run([]string{"SOURCE=files", "KAFKA_USER=u"})
	variables := map[string]bool{}
	for lines := bufio.NewScanner(strings.NewReader(out)); lines.Scan(); {
		var problem struct{ Variable, What, Allowed, Remedy string }
		if err := json.Unmarshal(lines.Bytes(), &problem); err != nil || problem.What == "" || problem.Allowed == "" || problem.Remedy == "" {
			t.Errorf("%s: %v", lines.Text(), err)
		}
		variables[problem.Variable] = true
	}
	if code != 2 || !variables["SOURCE"] || !variables["KAFKA_PASSWORD_FILE"] || len(variables) != 2 {
		t.Errorf("bad configuration: %d %s", code, out)
	}
}
