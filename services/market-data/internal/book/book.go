// Package book builds an order book from the venue's snapshots and differences and knows when it can't be trusted.
package book

import "slices"

// maxPending bounds the differences kept for the next snapshot while the book is not synced.
const maxPending = 4096

// Diff changes levels. Futures chain it to the one before by Prev; spot counts on from Last to First.
type Diff struct {
	First, Last, Prev int64
	Chained           bool // it carries Prev
	TS                int64
	Bids, Asks        []Level
}

// Snapshot is the whole book as of update id Last.
type Snapshot struct {
	Last       int64
	Bids, Asks []Level
}

// Book is one symbol's order book.
type Book struct {
	bids, asks    side
	last, ts      int64 // position: the update id and time of what was applied last
	started       bool  // last means something
	synced        bool
	seeded        bool // no difference was applied since the snapshot
	broken        bool // a gap is waiting for its resync
	pending       []Diff
	Gaps, Resyncs uint64
}

func New() *Book {
	return &Book{
		bids: side{better: func(a, b int64) bool { return a > b }},
		asks: side{better: func(a, b int64) bool { return a < b }},
	}
}

// Synced says whether the book is a snapshot and every difference since.
func (b *Book) Synced() bool { return b.synced }

// Last is the update id of what was applied last, 0 before that.
func (b *Book) Last() int64 { return b.last }

func (b *Book) BestBid() (Level, bool) { return b.bids.best() }
func (b *Book) BestAsk() (Level, bool) { return b.asks.best() }

// Apply applies a difference. One that doesn't follow on is a gap: the book starts again from it, not synced
// until the next snapshot that connects.
func (b *Book) Apply(d Diff) {
	switch {
	case !b.started:
		b.restart(d)
	case b.follows(d):
		b.append(d)
	case b.stale(d):
	default:
		b.Gaps++
		b.broken = true
		b.restart(d)
	}
}

// follows: straight after a snapshot the difference has to span it, afterwards it has to follow the one before.
func (b *Book) follows(d Diff) bool {
	if b.seeded {
		return connects(b.last, d)
	}
	if d.Chained {
		return d.Prev == b.last
	}
	return d.First <= b.last+1 && d.Last >= b.last+1
}

// stale: sent before what the book already holds. Older ids with a newer time are no repetition: the venue began anew.
func (b *Book) stale(d Diff) bool {
	return d.Last <= b.last && (b.seeded || d.TS <= b.ts)
}

// connects says whether everything between update id last and the difference is in one of them.
func connects(last int64, d Diff) bool {
	if d.Chained {
		return d.Prev <= last && d.Last >= last
	}
	return d.First <= last+1 && d.Last >= last+1
}

// before says whether the difference is wholly contained in a snapshot as of last.
func before(last int64, d Diff) bool {
	return d.Last < last || (!d.Chained && d.Last == last)
}

func (b *Book) restart(d Diff) {
	b.bids.clear()
	b.asks.clear()
	b.pending = b.pending[:0]
	b.started, b.synced, b.seeded = true, false, false
	b.append(d)
}

func (b *Book) append(d Diff) {
	if !b.synced {
		b.keep(d)
	}
	b.change(d)
}

func (b *Book) change(d Diff) {
	for _, l := range d.Bids {
		b.bids.set(l)
	}
	for _, l := range d.Asks {
		b.asks.set(l)
	}
	b.last, b.ts, b.seeded = d.Last, d.TS, false
}

func (b *Book) keep(d Diff) {
	if len(b.pending) == maxPending {
		b.pending = slices.Delete(b.pending, 0, maxPending/2)
	}
	d.Bids, d.Asks = slices.Clone(d.Bids), slices.Clone(d.Asks)
	b.pending = append(b.pending, d)
}

// Seed takes a snapshot and the kept differences that come after it. It refuses one that is older than the book
// or that doesn't reach the kept differences.
func (b *Book) Seed(s Snapshot) bool {
	if b.synced && s.Last < b.last {
		return false
	}
	later := slices.DeleteFunc(slices.Clone(b.pending), func(d Diff) bool { return before(s.Last, d) })
	if len(later) > 0 && !connects(s.Last, later[0]) {
		return false
	}
	b.bids.clear()
	b.asks.clear()
	b.change(Diff{Last: s.Last, TS: b.ts, Bids: s.Bids, Asks: s.Asks})
	b.started, b.synced, b.seeded, b.pending = true, true, true, nil
	for _, d := range later {
		b.change(d)
	}
	if b.broken {
		b.broken = false
		b.Resyncs++
	}
	return true
}
