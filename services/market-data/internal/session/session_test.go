package session

import (
	"fmt"
	"testing"

	"cipherhorizon/market-data/internal/message"
)

func ticker(symbol, bid, ask string) string {
	return fmt.Sprintf(`{"e":"bookTicker","s":"%s","b":"%s","B":"1","a":"%s","A":"1","T":1723161256313}`, symbol, bid, ask)
}

func depthUpdate(symbol string, prev, first, last int, bids, asks string) string {
	return fmt.Sprintf(`{"e":"depthUpdate","T":1723161256313,"s":"%s","U":%d,"u":%d,"pu":%d,"b":[%s],"a":[%s]}`, symbol, first, last, prev, bids, asks)
}

func (s *Session) feed(payload string) Outcome {
	return s.Process([]byte("1723161256313000001 " + payload))
}

func TestOneMessagePerFrame(t *testing.T) {
	s := New("s")
	got := s.feed(ticker("BTCUSDT", "61800.2", "61800.3")).Record
	want := `{"v":1,"session":"s","seq":1,"symbol":"BTCUSDT","source":"ticker","ts":1723161256313000000,"recv":1723161256313000001,"bid":6180020000000,"bid_qty":100000000,"ask":6180030000000,"ask_qty":100000000,"synced":false}`
	if got.Topic != message.TopicBook || got.Key != "BTCUSDT" || string(got.Value) != want {
		t.Errorf("%s %s %s", got.Topic, got.Key, got.Value)
	}
	if out := s.feed(`{"result":null}`); out.Record != nil {
		t.Error("an unknown frame made a message")
	}
	if out := s.Process([]byte("rubbish")); out.Record != nil || out.Err == nil {
		t.Error("a corrupt frame made a message")
	}
	got = s.feed(`{"e":"trade","T":1723161256313,"s":"BTCUSDT","t":7,"p":"61800.3","q":"0.5","m":true}`).Record
	want = `{"v":1,"session":"s","seq":4,"symbol":"BTCUSDT","ts":1723161256313000000,"recv":1723161256313000001,"id":7,"price":6180030000000,"qty":50000000,"taker":"sell"}`
	if got.Topic != message.TopicTrade || string(got.Value) != want {
		t.Errorf("%s %s", got.Topic, got.Value)
	}
	tally := s.Tally()
	if tally.FirstSeq != 1 || tally.LastSeq != 4 || tally.Frames["corrupt"] != 1 || tally.Frames["other"] != 1 || tally.Published[message.TopicTrade] != 1 {
		t.Errorf("%+v", tally)
	}
}

func wantTop(t *testing.T, out Outcome, bid, ask int64, synced bool) {
	t.Helper()
	if b := out.Record.Book; b.Bid != bid*1e8 || b.Ask != ask*1e8 || b.Synced != synced {
		t.Errorf("%s", out.Record.Value)
	}
}

func TestTopOfTheBuiltBook(t *testing.T) {
	s := New("s")
	wantTop(t, s.feed(depthUpdate("A", 1, 2, 3, "", "")), 0, 0, false)
	s.feed(ticker("A", "10", "20"))
	wantTop(t, s.feed(depthUpdate("A", 3, 4, 5, `["9","1"]`, "")), 9, 20, false) // the empty side takes the ticker's
	s.feed(`{"stream":"a@snapshot","data":{"lastUpdateId":5,"bids":[["8","1"]],"asks":[["21","1"]]}}`)
	wantTop(t, s.feed(depthUpdate("A", 5, 6, 7, `["11","1"]`, "")), 11, 21, true)
	out := s.feed(depthUpdate("A", 8, 9, 10, "", `["30","1"]`))
	wantTop(t, out, 10, 30, false)
	if out.Gaps != 1 || out.BookOf != "A" || out.Synced {
		t.Errorf("gap not reported: %+v", out)
	}
	out = s.feed(`{"stream":"a@snapshot","data":{"lastUpdateId":10,"bids":[],"asks":[]}}`)
	if out.Resyncs != 1 || !out.Synced {
		t.Errorf("resync not reported: %+v", out)
	}
}

func TestSnapshotBeforeAnySymbol(t *testing.T) {
	s := New("s")
	if out := s.feed(`{"lastUpdateId":5,"bids":[["8","1"]],"asks":[["21","1"]]}`); out.BookOf != "" {
		t.Errorf("%+v", out)
	}
	wantTop(t, s.feed(depthUpdate("A", 5, 6, 7, "", "")), 8, 21, true)
}

func TestBareSnapshotAmongSymbols(t *testing.T) {
	s := New("s")
	s.feed(depthUpdate("FAR", 1, 2, 1000, "", ""))
	s.feed(depthUpdate("NEAR", 49, 50, 51, "", ""))
	s.feed(ticker("LAST", "1", "2"))
	if out := s.feed(`{"lastUpdateId":52,"bids":[],"asks":[]}`); out.BookOf != "NEAR" || !out.Synced {
		t.Errorf("%+v", out)
	}
	if out := s.feed(`{"lastUpdateId":1001,"bids":[],"asks":[]}`); out.BookOf != "FAR" || !out.Synced {
		t.Errorf("%+v", out)
	}
}

// The same lines always give the same messages: a resumed replay depends on it.
func TestDeterministic(t *testing.T) {
	lines := []string{
		depthUpdate("B", 1, 2, 3, "", ""), depthUpdate("A", 1, 2, 3, "", ""), `{"lastUpdateId":3,"bids":[["8","1"]],"asks":[]}`,
		depthUpdate("A", 3, 4, 5, "", ""), depthUpdate("B", 3, 4, 5, "", ""), "{", ticker("C", "1", "2"),
	}
	run := func() (all string) {
		s := New("s")
		for _, line := range lines {
			if out := s.feed(line); out.Record != nil {
				all += string(out.Record.Value)
			}
		}
		return all
	}
	first := run()
	for range 50 {
		if again := run(); again != first {
			t.Fatalf("%s\n%s", first, again)
		}
	}
}
