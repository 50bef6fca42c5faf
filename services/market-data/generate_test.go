package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/message"
)

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

// Nothing mends the books of an ended replay, so they must not stay in the metrics; the generated ones come back.
func TestBooksOfAnEndedReplayLeaveTheMetrics(t *testing.T) {
	b, redis := kafkatest.Start(t), startRedis(t)
	// Too slow for the generated book to be mended by its own next difference.
	p := newProcess(t, b, redis.Addr(), "SOURCE=generate", "FRAMES_PER_SECOND=0.5", "SYMBOLS=TWO")
	p.start()
	synced := func(symbol string) string {
		_, body := p.get("/metrics")
		_, value, _ := strings.Cut(body, `horizon_market_data_book_synced{symbol="`+symbol+`"} `)
		return value[:min(1, len(value))]
	}
	eventually(t, "a synced book", func() bool { return synced("TWO") == "1" })
	unsynced := func(symbol string) string {
		return `1723161255000000000 {"e":"depthUpdate","T":1723161256298,"s":"` + symbol + `","U":11,"u":11,"pu":10,"b":[],"a":[]}` + "\n"
	}
	reader, writer := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, _, err := p.replay(t.Context(), "s5", reader)
		done <- err
	}()
	if _, err := io.WriteString(writer, unsynced("ONE")+unsynced("TWO")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the replay's books in the metrics", func() bool { return synced("ONE") == "0" && synced("TWO") == "0" })
	_ = writer.Close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Second); synced("ONE") != "" || synced("TWO") != "1"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("a second after the replay: ONE %q, TWO %q", synced("ONE"), synced("TWO"))
		}
	}
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
