package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/pipeline"
)

// binary is the real program, built once for the tests that run it as a process of its own.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "market-data")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "market-data")
	if output, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		panic(string(output))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// process is a running service.
type process struct {
	t             *testing.T
	metrics, port int
	env           []string
	command       *exec.Cmd
	log           bytes.Buffer
}

func newProcess(t *testing.T, broker *kafkatest.Broker, redis string, env ...string) *process {
	p := &process{t: t, metrics: kafkatest.FreePort(t), port: kafkatest.FreePort(t)}
	p.env = append([]string{
		"KAFKA_BROKERS=" + broker.Address(), "KAFKA_SECURITY=plaintext", "REDIS_ADDR=" + redis,
		"METRICS_PORT=" + strconv.Itoa(p.metrics), "REPLAY_PORT=" + strconv.Itoa(p.port), "SOURCE=none",
	}, env...)
	t.Cleanup(p.kill)
	return p
}

func (p *process) start() {
	p.t.Helper()
	p.command = exec.Command(binary)
	p.command.Env = p.env
	p.command.Stdout, p.command.Stderr = &p.log, &p.log
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) kill() {
	if p.command != nil && p.command.ProcessState == nil {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	}
}

// terminate asks politely and returns the exit code.
func (p *process) terminate() int {
	p.t.Helper()
	_ = p.command.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(10*time.Second, func() { _ = p.command.Process.Kill() })
	defer timer.Stop()
	_ = p.command.Wait()
	return p.command.ProcessState.ExitCode()
}

func (p *process) get(path string) (int, string) {
	response, err := (&http.Client{Timeout: 2 * time.Second}).Get(fmt.Sprintf("http://127.0.0.1:%d%s", p.metrics, path))
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(body)
}

func (p *process) replay(ctx context.Context, session string, capture io.Reader, flags ...string) (pipeline.Summary, string, error) {
	command := exec.CommandContext(ctx, binary, append([]string{"replay", "--session", session}, flags...)...)
	command.Env = p.env
	var out, notes bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = capture, &out, &notes
	err := command.Run()
	var summary pipeline.Summary
	if out.Len() > 0 {
		if decodeErr := json.Unmarshal(out.Bytes(), &summary); decodeErr != nil {
			p.t.Fatalf("summary %q: %v", out.String(), decodeErr)
		}
	}
	return summary, notes.String(), err
}

// eventually waits for something that has to happen, not for an amount of time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("it never came to this: %s", what)
}

func startRedis(t *testing.T) *miniredis.Miniredis { return miniredis.RunT(t) }
