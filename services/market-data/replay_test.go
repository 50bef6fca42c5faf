package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"cipherhorizon/market-data/internal/kafkatest"
	"cipherhorizon/market-data/internal/message"
)

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
	// A second lies between its lines, and what is published already isn't waited for.
	var slow strings.Builder
	for at, line := range strings.Split(strings.TrimSpace(text), "\n") {
		_, frame, _ := strings.Cut(line, " ")
		fmt.Fprintf(&slow, "%d %s\n", int64(at)*1e9+1723161255000000000, frame)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	again, _, err := p.replay(soon, "s1", strings.NewReader(slow.String()), "--speed", "1x")
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
