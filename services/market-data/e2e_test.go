package main

import (
	"bufio"
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
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/message"
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

// capture writes a small feed of every kind: per ten lines one corrupt, one unknown, two trades, one difference.
func capture(lines int) (text string, books, trades []int64) {
	var b strings.Builder
	for seq := int64(1); seq <= int64(lines); seq++ {
		fmt.Fprintf(&b, "%d ", 1723161255000000000+seq*1000)
		switch seq % 10 {
		case 0:
			b.WriteString(`{"e":"bookTicker","s":"BTCUSDT","b":"1`)
		case 1:
			b.WriteString(`{"result":null}`)
		case 2, 3:
			fmt.Fprintf(&b, `{"e":"trade","T":1723161256322,"s":"BTCUSDT","t":%d,"p":"61800.30","q":"0.006","m":false}`, seq)
			trades = append(trades, seq)
		case 4:
			fmt.Fprintf(&b, `{"e":"depthUpdate","T":1723161256298,"s":"BTCUSDT","U":%d,"u":%d,"pu":%d,"b":[["61800","1"]],"a":[["61801","1"]]}`, seq+10, seq+10, seq)
			books = append(books, seq)
		default:
			fmt.Fprintf(&b, `{"e":"bookTicker","s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313}`)
			books = append(books, seq)
		}
		b.WriteByte('\n')
	}
	return b.String(), books, trades
}

// wantCommitted is the audit: of the session, exactly these sequence numbers, each once, in order.
func wantCommitted(t *testing.T, b *kafkatest.Broker, session, topic string, want []int64) {
	t.Helper()
	var got []int64
	for _, value := range b.Committed(topic) {
		var m struct {
			Session string
			Seq     int64
		}
		if err := json.Unmarshal([]byte(value), &m); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		if m.Session == session {
			got = append(got, m.Seq)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s has %d messages of %s, want %d", topic, len(got), session, len(want))
	}
}

func startRedis(t *testing.T) *miniredis.Miniredis { return miniredis.RunT(t) }

func TestReplayFromEndToEnd(t *testing.T) {
	b, redis := kafkatest.Start(t), startRedis(t)
	p := newProcess(t, b, redis.Addr())
	p.start()
	text, books, trades := capture(5000)
	summary, notes, err := p.replay(t.Context(), "s1", strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, notes, p.log.String())
	}
	wantCommitted(t, b, "s1", message.TopicBook, books)
	wantCommitted(t, b, "s1", message.TopicTrade, trades)
	f := summary.Frames
	if f["corrupt"] != 500 || f["other"] != 500 || f["trade"] != 1000 || f["depthUpdate"] != 500 || f["bookTicker"] != 2500 {
		t.Errorf("frames %v", f)
	}
	if !summary.Complete || summary.FirstSeq != 2 || summary.LastSeq != 4999 || summary.Published[message.TopicBook] != int64(len(books)) {
		t.Errorf("summary %+v", summary)
	}
	again, _, err := p.replay(t.Context(), "s1", strings.NewReader(text))
	if err != nil || again.ResumedFrom != 4999 || fmt.Sprint(again.Tally) != fmt.Sprint(summary.Tally) {
		t.Errorf("a second run: %+v, %v", again, err)
	}
	wantCommitted(t, b, "s1", message.TopicBook, books)
	eventually(t, "last values in Redis", func() bool { return redis.HGet("md:last:BTCUSDT", "seq") == "4999" })
	if _, body := p.get("/metrics"); !strings.Contains(body, `horizon_market_data_published_total{topic="md.trade"} 1000`) {
		t.Error("metrics don't count the published trades")
	}
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d after SIGTERM\n%s", code, p.log.String())
	}
}

// The service is killed again and again in the middle of a replay; the same command is simply run again.
func TestKilledInTheMiddle(t *testing.T) {
	b, redis := kafkatest.Start(t), startRedis(t)
	p := newProcess(t, b, redis.Addr(), "COMMIT_RECORDS=50", "SOURCE=generate", "FRAMES_PER_SECOND=200")
	text, books, trades := capture(30_000)
	kills := 0
	for attempt := 0; ; attempt++ {
		if attempt > 40 {
			t.Fatal("40 attempts did not finish the replay")
		}
		p.start()
		killer := make(chan struct{})
		if attempt < 6 {
			time.AfterFunc(time.Duration(150+100*attempt)*time.Millisecond, func() { _ = p.command.Process.Kill(); close(killer) })
		}
		summary, _, err := p.replay(t.Context(), "s2", strings.NewReader(text))
		if err == nil {
			if !summary.Complete || summary.LastSeq != 29_999 || summary.Published[message.TopicBook] != int64(len(books)) {
				t.Errorf("summary %+v", summary)
			}
			break
		}
		<-killer
		_ = p.command.Wait()
		kills++
	}
	if kills < 2 {
		t.Errorf("killed only %d times: the test proves little", kills)
	}
	wantCommitted(t, b, "s2", message.TopicBook, books)
	wantCommitted(t, b, "s2", message.TopicTrade, trades)
}

func TestBrokerLossDuringReplay(t *testing.T) {
	b, redis := kafkatest.Start(t), startRedis(t)
	p := newProcess(t, b, redis.Addr(), "COMMIT_RECORDS=20")
	p.start()
	text, books, trades := capture(20_000)
	done := make(chan error, 1)
	go func() {
		_, notes, err := p.replay(t.Context(), "s3", strings.NewReader(text))
		if err != nil {
			err = fmt.Errorf("%w: %s", err, notes)
		}
		done <- err
	}()
	for range 3 {
		time.Sleep(200 * time.Millisecond)
		b.Stop()
		time.Sleep(100 * time.Millisecond)
		b.Resume()
	}
	if err := <-done; err != nil {
		t.Fatalf("%v\n%s", err, p.log.String())
	}
	wantCommitted(t, b, "s3", message.TopicBook, books)
	wantCommitted(t, b, "s3", message.TopicTrade, trades)
}

// A generated session has no holes: SIGTERM commits what has gathered, and losing Redis delays nothing.
func TestGeneratePausesForReplaysAndDrains(t *testing.T) {
	b, redis := kafkatest.Start(t), startRedis(t)
	p := newProcess(t, b, redis.Addr(), "SOURCE=generate", "FRAMES_PER_SECOND=400", "SYMBOLS=SIMUSDT,TWO")
	p.start()
	eventually(t, "ready", func() bool { code, _ := p.get("/readyz"); return code == 200 })
	eventually(t, "some frames", func() bool { return len(b.Committed(message.TopicBook)) > 50 })
	text, books, _ := capture(1000)
	if _, notes, err := p.replay(t.Context(), "s4", strings.NewReader(text)); err != nil {
		t.Fatalf("%v %s", err, notes)
	}
	wantContiguous(t, b, "s4", len(books))
	redis.Close()
	before := len(b.Committed(message.TopicBook))
	eventually(t, "frames without Redis", func() bool { return len(b.Committed(message.TopicBook)) > before+100 })
	eventually(t, "not ready without Redis", func() bool { code, _ := p.get("/readyz"); return code == 503 })
	if code, _ := p.get("/livez"); code != 200 {
		t.Error("not live without Redis")
	}
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.log.String())
	}
	wantNoHoles(t, b)
}

// wantContiguous checks that nothing else was published while the replay ran.
func wantContiguous(t *testing.T, b *kafkatest.Broker, session string, n int) {
	t.Helper()
	changes, ours, inside := 0, 0, false
	for _, value := range b.Committed(message.TopicBook) {
		is := strings.Contains(value, `"session":"`+session+`"`)
		if is != inside {
			inside = is
			changes++
		}
		if is {
			ours++
		}
	}
	if changes > 2 || ours != n {
		t.Errorf("%d messages of %s in %d pieces", ours, session, changes)
	}
}

// wantNoHoles checks each generated session: only its snapshots publish nothing, and they come first.
func wantNoHoles(t *testing.T, b *kafkatest.Broker) {
	t.Helper()
	seen, last := map[int64]bool{}, int64(0)
	for _, topic := range []string{message.TopicBook, message.TopicTrade} {
		for _, value := range b.Committed(topic) {
			var m struct {
				Session string
				Seq     int64
				Synced  *bool
			}
			_ = json.Unmarshal([]byte(value), &m)
			if !strings.HasPrefix(m.Session, "gen-") {
				continue
			}
			if seen[m.Seq] || (m.Synced != nil && !*m.Synced) {
				t.Errorf("doubled or not synced: %s", value)
			}
			seen[m.Seq], last = true, max(last, m.Seq)
		}
	}
	if int64(len(seen)) != last-2 || seen[1] || seen[2] {
		t.Errorf("%d messages up to %d", len(seen), last)
	}
}

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
	eventually(t, "a second replay is refused", func() bool {
		_, notes, err := p.replay(t.Context(), "second", strings.NewReader(""))
		return err != nil && strings.Contains(notes, "another replay")
	})
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
