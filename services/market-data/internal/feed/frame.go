// Package feed reads Binance frames: USD-M and coin-margined futures, and spot, alone or in a combined stream.
package feed

import "cipherhorizon/market-data/internal/book"

// Kind says what a frame is.
type Kind uint8

const (
	BookTicker Kind = iota
	Trade
	AggTrade
	DepthUpdate
	Snapshot
	Other
	Corrupt
)

// Kinds lists every kind, for counters.
var Kinds = []Kind{BookTicker, Trade, AggTrade, DepthUpdate, Snapshot, Other, Corrupt}

func (k Kind) String() string {
	return [...]string{"bookTicker", "trade", "aggTrade", "depthUpdate", "snapshot", "other", "corrupt"}[k]
}

// Quote is the best bid and ask at scale 1e-8.
type Quote struct{ Bid, BidQty, Ask, AskQty int64 }

// Execution is one trade, or one aggregate of trades.
type Execution struct {
	ID, Price, Qty int64
	TakerBuys      bool
}

// Frame is one line of a feed, understood. Which of the parts is set depends on Kind.
type Frame struct {
	Kind      Kind
	Recv      int64  // when it was received, ns
	TS        int64  // when it happened at the venue, ns; Recv where the frame doesn't say
	Symbol    string // empty for a snapshot that came without its stream
	Quote     Quote
	Execution Execution
	Diff      book.Diff     // its levels are valid until the next Parse
	Snapshot  book.Snapshot // its levels are valid until the next Parse
}
