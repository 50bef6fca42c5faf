package feed

import (
	"reflect"
	"slices"
	"testing"

	"cipherhorizon/market-data/internal/book"
)

const recv = int64(1723161255088169167)

func parse(t *testing.T, payload string) Frame {
	t.Helper()
	f, err := NewParser().Parse([]byte("1723161255088169167 " + payload))
	if err != nil {
		t.Fatalf("%s: %v", payload, err)
	}
	return f
}

func TestQuotes(t *testing.T) {
	want := Frame{
		Kind: BookTicker, Recv: recv, TS: 1723161256313000000, Symbol: "BTCUSDT",
		Quote: Quote{6180020000000, 250700000, 6180030000000, 251000000},
	}
	futures := `{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314}}`
	if got := parse(t, futures); !reflect.DeepEqual(got, want) {
		t.Errorf("futures: %+v", got)
	}
	coin := `{"stream":"btcusd_perp@bookTicker","data":{"u":890,"e":"bookTicker","s":"BTCUSD_PERP","ps":"BTCUSD","b":"61800.2","B":"2.507","a":"61800.3","A":"2.510","T":1723161256313,"E":1723161256314}}`
	if got := parse(t, coin); got.Symbol != "BTCUSD_PERP" || got.Quote != want.Quote {
		t.Errorf("coin-margined: %+v", got)
	}
	spot := `{"stream":"btcusdt@bookTicker","data":{"u":400900217,"s":"BTCUSDT","b":"61800.20000000","B":"2.50700000","a":"61800.30000000","A":"2.51000000"}}`
	want.TS = recv // spot's frame has no time of its own
	if got := parse(t, spot); !reflect.DeepEqual(got, want) {
		t.Errorf("spot: %+v", got)
	}
	if got := parse(t, `{"u":400900217,"s":"BTCUSDT","b":"61800.2","B":"2.507","a":"61800.3","A":"2.51"}`); !reflect.DeepEqual(got, want) {
		t.Errorf("spot, raw stream: %+v", got)
	}
}

func TestTrades(t *testing.T) {
	futures := parse(t, `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256323,"T":1723161256322,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":false}}`)
	if futures.Kind != Trade || futures.TS != 1723161256322000000 || futures.Execution != (Execution{5266583935, 6180030000000, 600000, true}) {
		t.Errorf("futures: %+v", futures)
	}
	// Spot's trade names the two orders "b" and "a", which here are numbers, and stamps in microseconds on request.
	spot := parse(t, `{"e":"trade","E":1723161256322123,"s":"BTCUSDT","t":12345,"p":"0.001","q":"100","b":88,"a":50,"T":1723161256322123,"m":true,"M":true}`)
	if spot.Kind != Trade || spot.TS != 1723161256322123000 || spot.Execution != (Execution{12345, 100000, 10000000000, false}) {
		t.Errorf("spot: %+v", spot)
	}
	aggregate := parse(t, `{"e":"aggTrade","E":1723161256322,"s":"BTCUSDT","a":26129,"p":"0.01","q":"4.7","f":100,"l":105,"T":1723161256320,"m":false}`)
	if aggregate.Kind != AggTrade || aggregate.Execution != (Execution{26129, 1000000, 470000000, true}) {
		t.Errorf("aggregate: %+v", aggregate)
	}
}

func TestDifferencesAndSnapshots(t *testing.T) {
	futures := parse(t, `{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":10,"u":12,"pu":8,"b":[["58710.20","0.014"],["61511","0.000"]],"a":[ ]}}`)
	want := book.Diff{First: 10, Last: 12, Prev: 8, Chained: true, TS: 1723161256298000000, Bids: []book.Level{{Price: 5871020000000, Qty: 1400000}, {Price: 6151100000000}}}
	if d := futures.Diff; futures.Kind != DepthUpdate || d.First != 10 || d.Last != 12 || d.Prev != 8 || !d.Chained || d.TS != want.TS ||
		!slices.Equal(d.Bids, want.Bids) || len(d.Asks) != 0 {
		t.Errorf("futures: %+v", futures)
	}
	spot := parse(t, `{"e":"depthUpdate","E":1723161256299,"s":"BTCUSDT","U":10,"u":12,"b":[["1.5","2",[]]],"a":[["1.6","3"]]}`)
	if spot.Diff.Chained || spot.TS != 1723161256299000000 || spot.Diff.Bids[0] != (book.Level{Price: 150000000, Qty: 200000000}) {
		t.Errorf("spot: %+v", spot)
	}
	bare := parse(t, `{"lastUpdateId":77,"E":1723161256501,"T":1723161256493,"bids":[["4.0","431"]],"asks":[["4.2","12"]]}`)
	if bare.Kind != Snapshot || bare.Symbol != "" || bare.Snapshot.Last != 77 || bare.Snapshot.Asks[0] != (book.Level{Price: 420000000, Qty: 1200000000}) {
		t.Errorf("bare: %+v", bare)
	}
	wrapped := parse(t, `{"stream":"btcusdt@depth20","data":{"lastUpdateId":77,"bids":[],"asks":[]}}`)
	if wrapped.Kind != Snapshot || wrapped.Symbol != "BTCUSDT" {
		t.Errorf("wrapped: %+v", wrapped)
	}
}

func TestOtherKinds(t *testing.T) {
	for _, payload := range []string{
		`{"result":null,"id":1}`, `{"stream":"!ticker@arr","data":[{"e":"24hrTicker"}]}`, `[1,2]`, `null`, `"text"`, `1`, `{}`,
		`{"stream":"btcusdt@markPrice","data":{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"not a number"}}`,
	} {
		if got := parse(t, payload); got.Kind != Other {
			t.Errorf("%s: %v", payload, got.Kind)
		}
	}
}

func TestCorruptFrames(t *testing.T) {
	ticker := `{"e":"bookTicker","s":"BTCUSDT","b":"1","B":"1","a":"1","A":"1"}`
	for name, line := range map[string]string{
		"no receive time":      ticker,
		"bad receive time":     "12x " + ticker,
		"time beyond 64 bits":  "99999999999999999999 " + ticker,
		"not JSON":             "1 hello",
		"truncated":            "1 " + ticker[:30],
		"only a time":          "1723161255088169167 ",
		"two objects":          "1 " + ticker + ticker,
		"bad number":           `1 {"e":"bookTicker","s":"X","b":"1..0","B":"1","a":"1","A":"1"}`,
		"negative price":       `1 {"e":"bookTicker","s":"X","b":"-1","B":"1","a":"1","A":"1"}`,
		"price as a number":    `1 {"e":"bookTicker","s":"X","b":1,"B":"1","a":"1","A":"1"}`,
		"price beyond 64 bits": `1 {"e":"bookTicker","s":"X","b":"1","B":"99999999999999","a":"1","A":"1"}`,
		"missing side":         `1 {"e":"bookTicker","s":"X","b":"1","B":"1","a":"1"}`,
		"no symbol":            `1 {"e":"bookTicker","b":"1","B":"1","a":"1","A":"1"}`,
		"symbol not ASCII":     `1 {"e":"bookTicker","s":"币安","b":"1","B":"1","a":"1","A":"1"}`,
		"symbol with escape":   `1 {"e":"bookTicker","s":"A\"B","b":"1","B":"1","a":"1","A":"1"}`,
		"no maker side":        `1 {"e":"trade","T":1,"s":"X","t":1,"p":"1","q":"1"}`,
		"float id":             `1 {"e":"trade","T":1,"s":"X","t":1.5,"p":"1","q":"1","m":true}`,
		"ids out of order":     `1 {"e":"depthUpdate","E":1,"s":"X","U":5,"u":4,"b":[],"a":[]}`,
		"no ids":               `1 {"e":"depthUpdate","E":1,"s":"X","b":[],"a":[]}`,
		"no levels":            `1 {"e":"depthUpdate","E":1,"s":"X","U":5,"u":6}`,
		"half a level":         `1 {"e":"depthUpdate","E":1,"s":"X","U":5,"u":6,"b":[["1"]],"a":[]}`,
		"level not a list":     `1 {"e":"depthUpdate","E":1,"s":"X","U":5,"u":6,"b":["1"],"a":[]}`,
		"bad level":            `1 {"lastUpdateId":1,"bids":[["a","b"]],"asks":[]}`,
	} {
		if f, err := NewParser().Parse([]byte(line)); err == nil || f.Kind != Corrupt {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// Receive times in ms, us and ns mean the same moment.
func TestReceiveTimeUnits(t *testing.T) {
	for _, stamp := range []string{"1680652700423", "1680652700423000", "1680652700423000000"} {
		f, err := NewParser().Parse([]byte(stamp + ` {}`))
		if err != nil || f.Recv != 1680652700423000000 {
			t.Errorf("%s: %d, %v", stamp, f.Recv, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`1723161255088169167 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":1,"s":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256313}}`,
		`1723161255088176367 {"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":5,"p":"1.5","q":"2","m":false}`,
		`1723161255030314667 {"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[["1","2"]],"a":[["3","4"],["5","0"]]}`,
		`1 {"lastUpdateId":5,"bids":[["1","2"]],"asks":[]}`, `1 {"a":"\\","b":[[[]]]}`, `1 []`, `1 {`, ` `, `1  {"s" : "X" , "e" : "trade" }`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		frame, err := NewParser().Parse(line)
		if (err != nil) != (frame.Kind == Corrupt) {
			t.Fatalf("%v with kind %v", err, frame.Kind)
		}
		for _, n := range []int64{frame.Recv, frame.TS, frame.Quote.Bid, frame.Quote.AskQty, frame.Execution.Price, frame.Diff.Last, frame.Snapshot.Last} {
			if n < 0 {
				t.Fatalf("negative number in %+v", frame)
			}
		}
		if frame.Kind < Snapshot && frame.Symbol == "" {
			t.Fatalf("no symbol in %+v", frame)
		}
	})
}
