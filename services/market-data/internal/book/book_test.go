package book

import (
	"testing"

	"pgregory.net/rapid"
)

func chained(prev, first, last int64, bids ...Level) Diff {
	return Diff{First: first, Last: last, Prev: prev, Chained: true, TS: last, Bids: bids}
}

func counted(first, last int64, bids ...Level) Diff {
	return Diff{First: first, Last: last, TS: last, Bids: bids}
}

func wantBook(t *testing.T, b *Book, step string, synced bool, gaps, resyncs uint64, bestBid int64) {
	t.Helper()
	best, _ := b.BestBid()
	if b.Synced() != synced || b.Gaps != gaps || b.Resyncs != resyncs || best.Price != bestBid {
		t.Errorf("%s: synced %v, gaps %d, resyncs %d, best bid %d", step, b.Synced(), b.Gaps, b.Resyncs, best.Price)
	}
}

func TestFuturesChain(t *testing.T) {
	b := New()
	b.Apply(chained(8, 9, 10, Level{100, 1}))
	wantBook(t, b, "before any snapshot", false, 0, 0, 100)
	b.Apply(chained(10, 15, 20, Level{101, 1}))
	if !b.Seed(Snapshot{Last: 18, Bids: []Level{{99, 1}}}) {
		t.Fatal("a snapshot inside the second difference was refused")
	}
	wantBook(t, b, "seeded, second difference applied again", true, 0, 0, 101)
	b.Apply(chained(20, 25, 30, Level{101, 0}))
	wantBook(t, b, "level removed", true, 0, 0, 99)
	b.Apply(chained(20, 25, 30, Level{105, 9}))
	wantBook(t, b, "repetition ignored", true, 0, 0, 99)
	b.Apply(chained(35, 36, 40, Level{90, 1}))
	wantBook(t, b, "gap: starts again from the difference", false, 1, 0, 90)
	if b.Seed(Snapshot{Last: 33, Bids: []Level{{1, 1}}}) {
		t.Error("a snapshot that ends before the kept difference begins was taken")
	}
	b.Apply(chained(40, 41, 45, Level{91, 1}))
	if !b.Seed(Snapshot{Last: 50, Bids: []Level{{95, 1}}}) {
		t.Error("a snapshot newer than every difference was refused")
	}
	wantBook(t, b, "resync", true, 1, 1, 95)
	b.Apply(chained(40, 41, 45, Level{99, 1}))
	wantBook(t, b, "what the snapshot already holds is ignored", true, 1, 1, 95)
	b.Apply(chained(45, 46, 52, Level{96, 1}))
	wantBook(t, b, "the difference that spans the snapshot", true, 1, 1, 96)
	b.Apply(Diff{First: 2, Last: 3, Prev: 1, Chained: true, TS: 1000})
	wantBook(t, b, "older ids with a newer time: the venue began anew", false, 2, 1, 0)
}

func TestSpotCount(t *testing.T) {
	b := New()
	b.Apply(counted(5, 7, Level{100, 1}))
	b.Apply(counted(8, 8, Level{101, 1}))
	if !b.Seed(Snapshot{Last: 7, Bids: []Level{{99, 1}}}) {
		t.Fatal("snapshot refused")
	}
	wantBook(t, b, "seeded", true, 0, 0, 101)
	b.Apply(counted(9, 12, Level{102, 1}))
	wantBook(t, b, "next", true, 0, 0, 102)
	b.Apply(counted(14, 15, Level{50, 1}))
	wantBook(t, b, "gap", false, 1, 0, 50)
	if b.Seed(Snapshot{Last: 12}) {
		t.Error("a snapshot that leaves update 13 unknown was taken")
	}
	if !b.Seed(Snapshot{Last: 13, Bids: []Level{{60, 1}}}) {
		t.Error("a snapshot that ends where the difference begins was refused")
	}
	wantBook(t, b, "resync", true, 1, 1, 60)
	if b.Seed(Snapshot{Last: 14}) {
		t.Error("a synced book took an older snapshot")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	b := New()
	for i := range int64(2 * maxLevels) {
		b.Apply(chained(i, i, i+1, Level{i + 1, 1}))
	}
	if len(b.bids.levels) != maxLevels || len(b.pending) > maxPending {
		t.Errorf("%d levels, %d kept differences", len(b.bids.levels), len(b.pending))
	}
	wantBook(t, b, "the best are kept", false, 0, 0, 2*maxLevels)
}

// naive is the book written the obvious way: maps, and a search for the best.
type naive struct{ bids, asks map[int64]int64 }

func (n naive) set(levels map[int64]int64, changes []Level) {
	for _, l := range changes {
		levels[l.Price] = l.Qty
		if l.Qty == 0 {
			delete(levels, l.Price)
		}
	}
}

func (n naive) best(levels map[int64]int64, better func(a, b int64) bool) (best Level, found bool) {
	for price, qty := range levels {
		if !found || better(price, best.Price) {
			best, found = Level{price, qty}, true
		}
	}
	return best, found
}

func TestAgainstNaiveBook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, n := New(), naive{map[int64]int64{}, map[int64]int64{}}
		level := rapid.Custom(func(t *rapid.T) Level {
			return Level{rapid.Int64Range(1, 40).Draw(t, "price"), rapid.Int64Range(0, 3).Draw(t, "qty")}
		})
		levels := rapid.SliceOfN(level, 0, 8)
		whole := Snapshot{Last: 10, Bids: positive(levels.Draw(t, "bids")), Asks: positive(levels.Draw(t, "asks"))}
		b.Seed(whole)
		n.set(n.bids, whole.Bids)
		n.set(n.asks, whole.Asks)
		last := whole.Last
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			d := Diff{Prev: last, First: last + 1, Last: last + rapid.Int64Range(1, 9).Draw(t, "ids"), Chained: rapid.Bool().Draw(t, "futures"),
				Bids: levels.Draw(t, "bids"), Asks: levels.Draw(t, "asks")}
			b.Apply(d)
			n.set(n.bids, d.Bids)
			n.set(n.asks, d.Asks)
			last = d.Last
			compare(t, b, n)
		}
		if !b.Synced() || b.Gaps != 0 {
			t.Fatalf("synced %v with %d gaps", b.Synced(), b.Gaps)
		}
	})
}

func positive(levels []Level) []Level {
	for i := range levels {
		levels[i].Qty++
	}
	return levels
}

func compare(t *rapid.T, b *Book, n naive) {
	gotBid, okBid := b.BestBid()
	gotAsk, okAsk := b.BestAsk()
	bid, anyBid := n.best(n.bids, func(a, b int64) bool { return a > b })
	ask, anyAsk := n.best(n.asks, func(a, b int64) bool { return a < b })
	if gotBid != bid || okBid != anyBid || gotAsk != ask || okAsk != anyAsk || len(b.bids.levels) != len(n.bids) || len(b.asks.levels) != len(n.asks) {
		t.Fatalf("book %v/%v, naive %v/%v", gotBid, gotAsk, bid, ask)
	}
}
