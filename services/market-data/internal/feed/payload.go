package feed

import (
	"errors"

	"cipherhorizon/market-data/internal/book"
	"cipherhorizon/market-data/internal/decimal"
)

// payload holds the raw values of the keys we know, named after the venue's keys.
type payload struct {
	stream, data             []byte
	e, eTime, tTime, s       []byte // "e" kind, "E" event time, "T" trade or transaction time, "s" symbol
	uFirst, u, pu            []byte // "U" first, "u" last, "pu" previous last update id
	b, bQty, a, aQty         []byte // "b", "B", "a", "A"
	t, p, q, m               []byte
	lastUpdateID, bids, asks []byte
}

func (f *payload) set(key, value []byte) {
	into := f.field(string(key))
	if into != nil {
		*into = value
	}
}

func (f *payload) field(key string) *[]byte {
	switch key {
	case "stream":
		return &f.stream
	case "data":
		return &f.data
	case "e":
		return &f.e
	case "E":
		return &f.eTime
	case "T":
		return &f.tTime
	case "s":
		return &f.s
	case "U":
		return &f.uFirst
	case "u":
		return &f.u
	case "pu":
		return &f.pu
	case "b":
		return &f.b
	case "B":
		return &f.bQty
	case "a":
		return &f.a
	case "A":
		return &f.aQty
	case "t":
		return &f.t
	case "p":
		return &f.p
	case "q":
		return &f.q
	case "m":
		return &f.m
	case "lastUpdateId":
		return &f.lastUpdateID
	case "bids":
		return &f.bids
	case "asks":
		return &f.asks
	}
	return nil
}

// kind goes by "e"; spot's bookTicker and the snapshots of every market have none and are known by their keys.
func (f *payload) kind() Kind {
	switch string(f.e) {
	case `"bookTicker"`:
		return BookTicker
	case `"trade"`:
		return Trade
	case `"aggTrade"`:
		return AggTrade
	case `"depthUpdate"`:
		return DepthUpdate
	case "":
		if f.lastUpdateID != nil && f.bids != nil && f.asks != nil {
			return Snapshot
		}
		if f.u != nil && f.s != nil && f.b != nil && f.bQty != nil && f.a != nil && f.aQty != nil {
			return BookTicker
		}
	}
	return Other
}

// eventTime prefers the matching engine's time to the time of sending. Spot's bookTicker has neither.
func eventTime(data *payload, recv int64) (int64, error) {
	raw := data.tTime
	if raw == nil {
		raw = data.eTime
	}
	if raw == nil {
		return recv, nil
	}
	return parseTime(raw)
}

// parseTime reads ms, us or ns since the epoch: captures and streams use all three, and their magnitudes
// don't overlap for any date between 1971 and 2255.
func parseTime(raw []byte) (int64, error) {
	const oldestMicros, oldestNanos = 9e12, 9e15
	t, err := decimal.ParseInt(raw)
	switch {
	case err != nil:
		return 0, err
	case t < oldestMicros:
		return t * 1e6, nil
	case t < oldestNanos:
		return t * 1e3, nil
	default:
		return t, nil
	}
}

var errLevel = errors.New("level is not a price and a quantity")

// levels reads [["61800.20","0.5"],...]. Spot's older streams
// add a third element, which is ignored.
func levels(dst []book.Level, raw []byte) ([]book.Level, error) {
	if len(raw) == 0 || raw[0] != '[' {
		return dst, errLevel
	}
	var err error
	elements(raw, func(value []byte) bool {
		var level book.Level
		if level, err = parseLevel(value); err != nil {
			return false
		}
		dst = append(dst, level)
		return true
	})
	return dst, err
}

func parseLevel(raw []byte) (level book.Level, err error) {
	if raw[0] != '[' {
		return level, errLevel
	}
	n := 0
	elements(raw, func(value []byte) bool {
		switch n {
		case 0:
			err = amount(value, &level.Price)
		case 1:
			err = amount(value, &level.Qty)
		}
		n++
		return err == nil
	})
	if err == nil && n < 2 {
		err = errLevel
	}
	return level, err
}
