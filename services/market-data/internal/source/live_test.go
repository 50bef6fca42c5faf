package source

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/session"
)

// venue is a local exchange: a WebSocket that drops its first connections, loses updates meanwhile, and a snapshot.
type venue struct {
	*httptest.Server
	update      atomic.Int64 // last update id that happened
	connections atomic.Int64
	snapshots   atomic.Int64
	drops       int64 // connections that end after a few frames
}

func startVenue(t *testing.T, drops int64) *venue {
	v := &venue{drops: drops}
	v.update.Store(100)
	mux := http.NewServeMux()
	mux.HandleFunc("/stream", v.stream)
	mux.HandleFunc("/depth", v.depth)
	v.Server = httptest.NewServer(mux)
	t.Cleanup(v.CloseClientConnections)
	return v
}

func (v *venue) stream(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	number := v.connections.Add(1)
	for frames := 0; ; frames++ {
		if number <= v.drops && frames == 5 {
			v.update.Add(10) // happens while nobody is connected
			return
		}
		last := v.update.Add(1)
		text := fmt.Sprintf(`{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":%d,"s":"BTCUSDT","U":%d,"u":%d,"pu":%d,"b":[["%d","1"]],"a":[]}}`,
			1723161256298+last, last, last, last-1, last)
		if conn.Write(r.Context(), websocket.MessageText, []byte(text)) != nil {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// depth fails at first and then answers with the book as it is.
func (v *venue) depth(w http.ResponseWriter, r *http.Request) {
	if v.snapshots.Add(1) == 1 || r.URL.Query().Get("symbol") != "BTCUSDT" {
		http.Error(w, "busy", http.StatusTooManyRequests)
		return
	}
	last := v.update.Load()
	fmt.Fprintf(w, "{\n\"lastUpdateId\":%d,\"bids\":[[\"%d\",\"1\"]],\"asks\":[[\"1000000\",\"1\"]]}", last, last)
}

func TestLiveReconnectsAndResyncs(t *testing.T) {
	v := startVenue(t, 2)
	var failures atomic.Int64
	c := config.Live{URLs: []string{strings.Replace(v.URL, "http", "ws", 1) + "/stream"}, SnapshotURL: v.URL + "/depth?symbol={symbol}"}
	l := NewLive(c, func() int64 { return time.Now().UnixNano() }, func() { failures.Add(1) }, slog.New(slog.NewTextHandler(t.Output(), nil)))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx) }()
	s := session.New(l.Session())
	synced := 0
	for synced < 50 {
		select {
		case line := <-l.Frames():
			out := s.Process(line)
			if out.Err != nil {
				t.Fatalf("%s: %v", line, out.Err)
			}
			if out.BookOf != "" && !out.Synced {
				l.NeedSnapshot(out.BookOf)
			}
			if synced++; !out.Synced {
				synced = 0
			}
		case <-ctx.Done():
			t.Fatalf("no lasting book; %+v after %d connections and %d snapshots", s.Tally(), v.connections.Load(), v.snapshots.Load())
		}
	}
	if tally := s.Tally(); v.connections.Load() != 3 || tally.Gaps != 2 || tally.Resyncs < 1 || failures.Load() < 3 {
		t.Errorf("%d connections, %d failures, %+v", v.connections.Load(), failures.Load(), tally)
	}
	cancel()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("still running after its context ended")
	}
}

func TestLiveWaitsForAVenueThatIsAway(t *testing.T) {
	var failures atomic.Int64
	l := NewLive(config.Live{URLs: []string{"ws://127.0.0.1:1/stream"}, SnapshotURL: "http://127.0.0.1:1/{symbol}"},
		func() int64 { return 1 }, func() { failures.Add(1) }, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	l.NeedSnapshot("BTCUSDT")
	l.Run(ctx)
	if n := failures.Load(); n < 3 || n > 20 {
		t.Errorf("%d failures in two seconds", n)
	}
}
