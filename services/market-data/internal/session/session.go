// Package session turns the frames of one run of a source into messages. It does no I/O and asks no clock: the same
// frames always give the same messages, which is what lets a replay be cut off anywhere and taken up again.
package session

import (
	"cmp"
	"slices"

	"cipherhorizon/market-data/internal/book"
	"cipherhorizon/market-data/internal/feed"
	"cipherhorizon/market-data/internal/message"
)

// Record is one message on its way to Kafka.
type Record struct {
	Topic string
	Key   string
	Seq   int64
	Recv  int64
	Value []byte
	Book  *message.Book  // the same message, for the last-value cache
	Trade *message.Trade // the same
}

// Outcome is what one frame led to.
type Outcome struct {
	Kind    feed.Kind
	Err     error // why the frame is corrupt
	Record  *Record
	Gaps    uint64
	Resyncs uint64
	BookOf  string // symbol whose book the frame touched
	Synced  bool   // whether that book can be trusted
}

// Session is one run of a source.
type Session struct {
	Name        string
	seq         int64
	parser      *feed.Parser
	instruments map[string]*instrument
	current     *instrument    // the last one that a frame named
	orphan      *book.Snapshot // a snapshot from before any symbol was named
	tally       Tally
}

type instrument struct {
	symbol string
	book   *book.Book
	quote  feed.Quote
}

func New(name string) *Session {
	return &Session{Name: name, parser: feed.NewParser(), instruments: map[string]*instrument{}, tally: newTally()}
}

// Process takes the next line. Its sequence number is its place among the session's lines, whatever it holds.
func (s *Session) Process(line []byte) Outcome {
	s.seq++
	frame, err := s.parser.Parse(line)
	s.tally.Frames[frame.Kind.String()]++
	gaps, resyncs := s.tally.Gaps, s.tally.Resyncs
	out := Outcome{Kind: frame.Kind, Err: err}
	s.dispatch(&frame, &out)
	out.Gaps, out.Resyncs = s.tally.Gaps-gaps, s.tally.Resyncs-resyncs
	return out
}

func (s *Session) dispatch(frame *feed.Frame, out *Outcome) {
	switch frame.Kind {
	case feed.BookTicker:
		i := s.instrument(frame.Symbol)
		i.quote = frame.Quote
		out.Record = s.bookRecord(i, frame, "ticker", frame.Quote)
	case feed.DepthUpdate:
		i := s.instrument(frame.Symbol)
		s.change(i, func(b *book.Book) { b.Apply(frame.Diff) })
		out.Record = s.bookRecord(i, frame, "depth", i.top())
		out.BookOf, out.Synced = i.symbol, i.book.Synced()
	case feed.Trade, feed.AggTrade:
		out.Record = s.tradeRecord(frame)
	case feed.Snapshot:
		if i := s.seed(frame); i != nil {
			out.BookOf, out.Synced = i.symbol, i.book.Synced()
		}
	}
}

func (s *Session) instrument(symbol string) *instrument {
	i, known := s.instruments[symbol]
	if !known {
		i = &instrument{symbol: symbol, book: book.New()}
		s.instruments[symbol] = i
	}
	s.current = i
	if s.orphan != nil {
		s.change(i, func(b *book.Book) { b.Seed(*s.orphan) })
		s.orphan = nil
	}
	return i
}

// seed gives a snapshot to the symbol that its stream named. A bare one, as REST answers and captures keep them,
// belongs to the surrounding stream: among several symbols to the one whose update ids are nearest, those that
// wait for a snapshot first.
func (s *Session) seed(frame *feed.Frame) *instrument {
	i := s.current
	if frame.Symbol != "" {
		i = s.instrument(frame.Symbol)
	} else if len(s.instruments) > 1 {
		i = s.nearest(frame.Snapshot.Last)
	}
	if i == nil {
		s.orphan = &book.Snapshot{
			Last: frame.Snapshot.Last,
			Bids: slices.Clone(frame.Snapshot.Bids), Asks: slices.Clone(frame.Snapshot.Asks),
		}
		return nil
	}
	s.change(i, func(b *book.Book) { b.Seed(frame.Snapshot) })
	return i
}

func (s *Session) nearest(last int64) *instrument {
	var best *instrument
	for _, i := range s.instruments {
		if best == nil || nearer(i, best, last) {
			best = i
		}
	}
	return best
}

// nearer never calls two symbols equal, so the choice doesn't hang on the order of a map.
func nearer(a, b *instrument, last int64) bool {
	if a.book.Synced() != b.book.Synced() {
		return b.book.Synced()
	}
	return cmp.Or(
		cmp.Compare(distance(a.book.Last(), last), distance(b.book.Last(), last)),
		cmp.Compare(a.symbol, b.symbol)) < 0
}

func distance(a, b int64) int64 { return max(a, b) - min(a, b) }

// change lets fn work on the book and counts the gaps and resyncs that come of it.
func (s *Session) change(i *instrument, fn func(*book.Book)) {
	gaps, resyncs := i.book.Gaps, i.book.Resyncs
	fn(i.book)
	s.tally.Gaps += i.book.Gaps - gaps
	s.tally.Resyncs += i.book.Resyncs - resyncs
}

// top is the best of the built book; a side that is still empty takes the last ticker's.
func (i *instrument) top() feed.Quote {
	q := i.quote
	if bid, ok := i.book.BestBid(); ok {
		q.Bid, q.BidQty = bid.Price, bid.Qty
	}
	if ask, ok := i.book.BestAsk(); ok {
		q.Ask, q.AskQty = ask.Price, ask.Qty
	}
	return q
}

func (s *Session) bookRecord(i *instrument, f *feed.Frame, source string, q feed.Quote) *Record {
	m := &message.Book{
		V: message.Version, Session: s.Name, Seq: s.seq, Symbol: i.symbol, Source: source, TS: f.TS, Recv: f.Recv,
		Bid: q.Bid, BidQty: q.BidQty, Ask: q.Ask, AskQty: q.AskQty, Synced: i.book.Synced(),
	}
	return s.record(&Record{Topic: message.TopicBook, Key: i.symbol, Recv: f.Recv, Value: message.Encode(*m), Book: m})
}

func (s *Session) tradeRecord(f *feed.Frame) *Record {
	i := s.instrument(f.Symbol)
	taker := "sell"
	if f.Execution.TakerBuys {
		taker = "buy"
	}
	m := &message.Trade{
		V: message.Version, Session: s.Name, Seq: s.seq, Symbol: i.symbol, TS: f.TS, Recv: f.Recv,
		ID: f.Execution.ID, Price: f.Execution.Price, Qty: f.Execution.Qty, Taker: taker,
	}
	return s.record(&Record{Topic: message.TopicTrade, Key: i.symbol, Recv: f.Recv, Value: message.Encode(*m), Trade: m})
}

func (s *Session) record(r *Record) *Record {
	r.Seq = s.seq
	s.tally.count(r)
	return r
}

// Synced reports each symbol's book.
func (s *Session) Synced(yield func(symbol string, synced bool)) {
	for symbol, i := range s.instruments {
		yield(symbol, i.book.Synced())
	}
}
