package source

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"cipherhorizon/market-data/internal/decimal"
)

// exchange writes one market's frames in the shape of Binance USD-M.
type exchange struct {
	symbol, stream string
	market         *market
	rng            *rand.Rand
	update         int64 // the venue's running update id
	previous       int64 // the last one that a depthUpdate or the snapshot carried
	trades         int64
}

func newExchange(symbol string, seed uint64) *exchange {
	var salt uint64 = 14695981039346656037 // FNV-1a: two symbols of one seed must not move alike
	for _, c := range []byte(symbol) {
		salt = (salt ^ uint64(c)) * 1099511628211
	}
	rng := rand.New(rand.NewPCG(seed, salt))
	return &exchange{symbol: symbol, stream: strings.ToLower(symbol), market: newMarket(rng), rng: rng, update: 1_000}
}

// next is one frame: the mix of kinds is that of a busy hour of the real contract. The first is the snapshot that
// every difference builds on.
func (x *exchange) next(now int64) []byte {
	if x.previous == 0 {
		return x.snapshot(now)
	}
	x.market.step()
	x.update += 1 + x.rng.Int64N(5)
	switch p := x.rng.Float64(); {
	case p < 0.70:
		return x.ticker(now)
	case p < 0.93:
		return x.trade(now)
	default:
		return x.depth(now)
	}
}

func (x *exchange) ticker(now int64) []byte {
	m := x.market
	return fmt.Appendf(nil, `%d {"stream":"%s@bookTicker","data":{"e":"bookTicker","u":%d,"s":"%s","b":"%s","B":"%s","a":"%s","A":"%s","T":%d,"E":%d}}`,
		now, x.stream, x.update, x.symbol, e8(m.bid*tick), e8(m.bids[m.bid]), e8(m.ask*tick), e8(m.asks[m.ask]), now/1e6, now/1e6)
}

func (x *exchange) trade(now int64) []byte {
	price, qty, takerBuys := x.market.trade()
	x.trades++
	return fmt.Appendf(nil, `%d {"stream":"%s@trade","data":{"e":"trade","E":%d,"T":%d,"s":"%s","t":%d,"p":"%s","q":"%s","X":"MARKET","m":%t}}`,
		now, x.stream, now/1e6, now/1e6, x.symbol, x.trades, e8(price), e8(qty), !takerBuys)
}

func (x *exchange) depth(now int64) []byte {
	bids, asks := x.market.differences()
	first := x.previous + 1
	frame := fmt.Appendf(nil, `%d {"stream":"%s@depth@0ms","data":{"e":"depthUpdate","E":%d,"T":%d,"s":"%s","U":%d,"u":%d,"pu":%d,"b":%s,"a":%s}}`,
		now, x.stream, now/1e6, now/1e6, x.symbol, first, x.update, x.previous, levelsJSON(bids), levelsJSON(asks))
	x.previous = x.update
	return frame
}

func (x *exchange) snapshot(now int64) []byte {
	bids, asks := x.market.whole()
	x.market.differences()
	x.previous = x.update
	return fmt.Appendf(nil, `%d {"stream":"%s@snapshot","data":{"lastUpdateId":%d,"E":%d,"T":%d,"bids":%s,"asks":%s}}`,
		now, x.stream, x.update, now/1e6, now/1e6, levelsJSON(bids), levelsJSON(asks))
}

func levelsJSON(levels []level) string {
	text := []byte{'['}
	for i, l := range levels {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, `["%s","%s"]`, e8(l.price*tick), e8(l.qty))
	}
	return string(append(text, ']'))
}

func e8(value int64) string { return string(decimal.Append(nil, value)) }
