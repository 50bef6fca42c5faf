// Package message holds what this service publishes. The canonical bytes are fixed by services/messages:
// keys in the order of the fields, integers only.
package message

import "encoding/json"

const (
	Version    = 1
	TopicBook  = "md.book"
	TopicTrade = "md.trade"
)

// Book is the best bid and ask after a frame.
type Book struct {
	V       int    `json:"v"`
	Session string `json:"session"`
	Seq     int64  `json:"seq"`
	Symbol  string `json:"symbol"`
	Source  string `json:"source"`
	TS      int64  `json:"ts"`
	Recv    int64  `json:"recv"`
	Bid     int64  `json:"bid"`
	BidQty  int64  `json:"bid_qty"`
	Ask     int64  `json:"ask"`
	AskQty  int64  `json:"ask_qty"`
	Synced  bool   `json:"synced"`
}

// Trade is one trade.
type Trade struct {
	V       int    `json:"v"`
	Session string `json:"session"`
	Seq     int64  `json:"seq"`
	Symbol  string `json:"symbol"`
	TS      int64  `json:"ts"`
	Recv    int64  `json:"recv"`
	ID      int64  `json:"id"`
	Price   int64  `json:"price"`
	Qty     int64  `json:"qty"`
	Taker   string `json:"taker"`
}

// Encode returns the canonical bytes. No field can hold what encoding/json would escape or refuse.
func Encode[M Book | Trade](m M) []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return text
}
