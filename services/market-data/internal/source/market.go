package source

import (
	"math/rand/v2"
	"sort"
)

// The simulated instrument: a tick of 0.1 around a price of 60000, so that notionals resemble a real contract's.
const (
	tick       = int64(10_000_000) // 0.1 at scale 1e-8
	lot        = int64(100_000)    // 0.001
	startTick  = int64(600_000)
	depth      = 50  // levels on each side
	rangeTicks = 600 // how far the price strays before it is drawn back
)

// market is a small order book that walks. Its drift persists for a while, as a real one's does, so that a model has
// something to find.
type market struct {
	rng      *rand.Rand
	bid, ask int64 // best prices in ticks
	bids     map[int64]int64
	asks     map[int64]int64
	changed  [2]map[int64]bool // since the last difference: bids, asks
	drift    float64
}

func newMarket(rng *rand.Rand) *market {
	m := &market{
		rng: rng, bid: startTick, ask: startTick + 1, bids: map[int64]int64{}, asks: map[int64]int64{},
		changed: [2]map[int64]bool{{}, {}},
	}
	m.fill()
	return m
}

// fill keeps exactly `depth` levels behind each best price.
func (m *market) fill() {
	m.resize(0, m.bids, func(i int64) int64 { return m.bid - i })
	m.resize(1, m.asks, func(i int64) int64 { return m.ask + i })
}

func (m *market) resize(side int, levels map[int64]int64, at func(int64) int64) {
	wanted := map[int64]bool{}
	for i := range int64(depth) {
		price := at(i)
		wanted[price] = true
		if levels[price] == 0 {
			levels[price] = m.quantity()
			m.changed[side][price] = true
		}
	}
	for price := range levels {
		if !wanted[price] {
			delete(levels, price)
			m.changed[side][price] = true
		}
	}
}

func (m *market) quantity() int64 {
	return lot * (1 + int64(m.rng.ExpFloat64()*800))
}

// step lets the market live for a moment: requote some levels, sometimes move.
func (m *market) step() {
	m.drift = 0.98*m.drift + 0.05*m.rng.NormFloat64()
	pull := float64(startTick-m.bid) / rangeTicks
	switch p := m.rng.Float64(); {
	case p < 0.12+0.08*clamp(m.drift+pull):
		m.move(1)
	case p > 0.88+0.08*clamp(m.drift+pull):
		m.move(-1)
	}
	for range 1 + m.rng.IntN(4) {
		i := int64(m.rng.ExpFloat64() * 6)
		if i >= depth {
			continue
		}
		if m.rng.IntN(2) == 0 {
			m.bids[m.bid-i], m.changed[0][m.bid-i] = m.quantity(), true
		} else {
			m.asks[m.ask+i], m.changed[1][m.ask+i] = m.quantity(), true
		}
	}
}

func clamp(x float64) float64 { return max(-1, min(1, x)) }

// move shifts one or both best prices by a tick; the spread stays between 1 and 3 ticks.
func (m *market) move(by int64) {
	m.bid += by
	m.ask += by
	if m.rng.IntN(8) == 0 {
		m.ask = m.bid + 1 + int64(m.rng.IntN(3))
	}
	m.fill()
}

// trade executes against a best level, which survives with at least one lot.
func (m *market) trade() (price, qty int64, takerBuys bool) {
	takerBuys = m.rng.Float64() < 0.5+0.3*clamp(m.drift)
	levels, price, side := m.bids, m.bid, 0
	if takerBuys {
		levels, price, side = m.asks, m.ask, 1
	}
	qty = min(lot*(1+int64(m.rng.ExpFloat64()*20)), levels[price])
	levels[price] = max(levels[price]-qty, lot)
	m.changed[side][price] = true
	return price * tick, qty, takerBuys
}

// level is a price in ticks and a quantity.
type level struct{ price, qty int64 }

// differences returns what changed since it was last asked, in order of price.
func (m *market) differences() (bids, asks []level) {
	bids, asks = collect(m.changed[0], m.bids), collect(m.changed[1], m.asks)
	m.changed = [2]map[int64]bool{{}, {}}
	return bids, asks
}

// whole returns the book.
func (m *market) whole() (bids, asks []level) {
	return collect(keys(m.bids), m.bids), collect(keys(m.asks), m.asks)
}

func keys(levels map[int64]int64) map[int64]bool {
	all := map[int64]bool{}
	for price := range levels {
		all[price] = true
	}
	return all
}

func collect(prices map[int64]bool, levels map[int64]int64) []level {
	list := make([]level, 0, len(prices))
	for price := range prices {
		list = append(list, level{price, levels[price]})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].price < list[j].price })
	return list
}
