package source

import (
	"context"
	"testing"
	"time"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/session"
)

// fakeClock makes frames comparable: it advances by a millisecond each time it is asked.
func fakeClock() func() int64 {
	at := int64(1_700_000_000_000_000_000)
	return func() int64 { at += 1e6; return at }
}

func generated(t *testing.T, seed uint64, n int) (lines []string) {
	t.Helper()
	g := NewGenerate(config.Generate{Seed: seed, FramesPerSecond: 50_000, Symbols: []string{"SIMUSDT", "TWO"}}, fakeClock())
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go g.Run(ctx)
	for range n {
		select {
		case line := <-g.Frames():
			lines = append(lines, string(line))
		case <-ctx.Done():
			t.Fatal("no frame")
		}
	}
	return lines
}

// What is generated passes through the same parser and book as a real feed, and the book that is built from the
// differences agrees with the ticker of the same moment.
func TestGeneratedFeedIsSound(t *testing.T) {
	s := session.New("gen-1")
	top := map[string]*session.Record{}
	for i, line := range generated(t, 7, 20_000) {
		out := s.Process([]byte(line))
		if out.Err != nil {
			t.Fatalf("%s: %v", line, out.Err)
		}
		if b := out.Record; b != nil && b.Book != nil {
			if !b.Book.Synced || b.Book.Bid >= b.Book.Ask || b.Book.BidQty <= 0 || b.Book.AskQty <= 0 {
				t.Fatalf("frame %d: %s", i, b.Value)
			}
			top[b.Key] = b
		}
	}
	tally := s.Tally()
	if tally.Gaps != 0 || tally.Frames["snapshot"] != 2 || tally.Frames["corrupt"]+tally.Frames["other"] != 0 || len(top) != 2 {
		t.Errorf("%+v", tally)
	}
	for kind, least := range map[string]int64{"bookTicker": 13_000, "trade": 4_000, "depthUpdate": 1_000} {
		if tally.Frames[kind] < least {
			t.Errorf("only %d %s", tally.Frames[kind], kind)
		}
	}
}

func TestBuiltBookAgreesWithTheTicker(t *testing.T) {
	x, s := newExchange("SIMUSDT", 3), session.New("gen-1")
	now := fakeClock()
	s.Process(x.next(now()))
	for range 2_000 {
		x.market.step()
		x.update++
		built := s.Process(x.depth(now())).Record.Book
		quoted := s.Process(x.ticker(now())).Record.Book
		if built.Bid != quoted.Bid || built.BidQty != quoted.BidQty || built.Ask != quoted.Ask || built.AskQty != quoted.AskQty {
			t.Fatalf("built %+v, quoted %+v", built, quoted)
		}
	}
}

func TestSeedDecides(t *testing.T) {
	first, again, other := generated(t, 1, 500), generated(t, 1, 500), generated(t, 2, 500)
	same := true
	for i := range first {
		if first[i] != again[i] {
			t.Fatalf("frame %d: %s and %s", i, first[i], again[i])
		}
		same = same && first[i] == other[i]
	}
	if same {
		t.Error("another seed gave the same market")
	}
}

// Nobody receiving: the market stands still, and then goes on without a burst.
func TestPause(t *testing.T) {
	g := NewGenerate(config.Generate{Seed: 1, FramesPerSecond: 100, Symbols: []string{"A"}}, fakeClock())
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go g.Run(ctx)
	<-g.Frames()
	time.Sleep(1500 * time.Millisecond)
	began := time.Now()
	for range 30 {
		<-g.Frames()
	}
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("30 frames in %v: a burst after the pause", took)
	}
}
