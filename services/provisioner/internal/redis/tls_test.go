package redis

import (
	"crypto/x509"
	"errors"
	"net"
	"os"
	"slices"
	"testing"

	"cipherhorizon.internal/trust/tlstest"
	"cipherhorizon/provisioner/internal/config"
)

// overTLS is the same server by its other port; its certificate is its own authority and names 127.0.0.1 only.
func overTLS(t *testing.T, host string) config.Redis {
	t.Helper()
	settings := server(t)
	settings.Address, settings.CAFile = net.JoinHostPort(host, os.Getenv("TEST_REDIS_TLS_PORT")), os.Getenv("TEST_CA_FILE")
	return settings
}

func TestMakesAUserOverTLS(t *testing.T) {
	wanted, _ := declared(t, "tls", "secret")
	if changes := apply(t, reconciler(t, overTLS(t, "127.0.0.1"), wanted)); !slices.Equal(changes, []string{"Redis user tls"}) {
		t.Errorf("%q", changes)
	}
}

func TestAServerThatIsNotTheOneIsRefused(t *testing.T) {
	stranger := overTLS(t, "127.0.0.1")
	stranger.CAFile = tlstest.New(t).File
	for what, test := range map[string]struct {
		settings config.Redis
		want     any
	}{
		"another authority": {stranger, new(x509.UnknownAuthorityError)},
		"another host":      {overTLS(t, "localhost"), new(x509.HostnameError)},
	} {
		wanted, _ := declared(t, "refused", "secret")
		if _, err := reconciler(t, test.settings, wanted).Apply(t.Context()); !errors.As(err, test.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
