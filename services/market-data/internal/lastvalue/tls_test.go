package lastvalue

import (
	"crypto/tls"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"cipherhorizon.internal/trust/tlstest"
	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/session"
)

func overTLS(t *testing.T, settings *tls.Config) *miniredis.Miniredis {
	t.Helper()
	server, err := miniredis.RunTLS(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

func TestOverTLSTheLastValuesArrive(t *testing.T) {
	authority := tlstest.New(t)
	server := overTLS(t, authority.Server("127.0.0.1"))
	cache, _, stop := run(t, config.Redis{Addr: server.Addr(), CAFile: authority.File})
	defer stop()
	cache.Offer([]*session.Record{book(1)})
	eventually(t, "book 1", func() bool { return server.HGet(Key("A"), "seq") == "1" })
}

func TestARedisThatIsNotTheOneGetsNothing(t *testing.T) {
	ours, other := tlstest.New(t), tlstest.New(t)
	for what, settings := range map[string]*tls.Config{
		"another authority": other.Server("127.0.0.1"),
		"another host":      ours.Server("elsewhere"),
	} {
		server := overTLS(t, settings)
		cache, errors, stop := run(t, config.Redis{Addr: server.Addr(), CAFile: ours.File})
		cache.Offer([]*session.Record{book(1)})
		eventually(t, what+" is refused", func() bool { return errors.Load() > 1 })
		stop()
		if server.Exists(Key("A")) {
			t.Errorf("%s: it was written to", what)
		}
	}
}
