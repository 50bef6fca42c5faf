package lastvalue

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/message"
	"cipherhorizon/market-data/internal/session"
)

func book(seq int64) *session.Record {
	return &session.Record{Key: "A", Seq: seq, Book: &message.Book{Session: "s", Seq: seq, Bid: seq, Synced: true}}
}

func trade(seq int64) *session.Record {
	return &session.Record{Key: "A", Seq: seq, Trade: &message.Trade{Session: "s", Seq: seq, ID: 77, Taker: "buy"}}
}

func run(t *testing.T, c config.Redis) (cache *Cache, errors *atomic.Int64, stop func()) {
	errors = &atomic.Int64{}
	cache = New(c, func(err error) {
		if err != nil {
			errors.Add(1)
		}
	}, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); cache.Run(ctx) }()
	return cache, errors, func() { cancel(); <-done }
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("it never came to this: %s", what)
}

func TestTheLastValuesArrive(t *testing.T) {
	server := miniredis.RunT(t)
	cache, _, stop := run(t, config.Redis{Addr: server.Addr()})
	cache.Offer([]*session.Record{book(1), trade(2), book(3)})
	eventually(t, "book 3", func() bool { return server.HGet(Key("A"), "seq") == "3" })
	for field, want := range map[string]string{"bid": "3", "synced": "1", "trade_seq": "2", "trade_id": "77", "trade_taker": "buy", "session": "s"} {
		if got := server.HGet(Key("A"), field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	cache.Offer([]*session.Record{book(4)})
	stop() // writes once more
	if got := server.HGet(Key("A"), "seq"); got != "4" {
		t.Errorf("after stopping seq is %q", got)
	}
}

func TestRedisGoneAndBack(t *testing.T) {
	server := miniredis.RunT(t)
	server.RequireUserAuth("market-data", "right")
	c := config.Redis{Addr: server.Addr(), User: "market-data", PasswordFile: filepath.Join(t.TempDir(), "password")}
	write := func(password string) {
		if err := os.WriteFile(c.PasswordFile, []byte(password), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("wrong")
	cache, errors, stop := run(t, c)
	defer stop()
	cache.Offer([]*session.Record{book(1), trade(2)})
	eventually(t, "a refused password", func() bool { return errors.Load() > 0 })
	write("right\n")
	eventually(t, "book 1", func() bool { return server.HGet(Key("A"), "seq") == "1" })
	server.Close()
	before := errors.Load()
	cache.Offer([]*session.Record{trade(5)})
	eventually(t, "errors while it is gone", func() bool { return errors.Load() > before+1 })
	cache.Offer([]*session.Record{book(6)})
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what was noted meanwhile", func() bool {
		return server.HGet(Key("A"), "seq") == "6" && server.HGet(Key("A"), "trade_seq") == "5"
	})
}
