package postgres

import (
	"crypto/x509"
	"errors"
	"os"
	"testing"

	"cipherhorizon.internal/trust/tlstest"
	"cipherhorizon/provisioner/internal/config"
)

// overTLS is the same server by the same port; its certificate is its own authority and names 127.0.0.1 only.
func overTLS(t *testing.T) config.Postgres {
	t.Helper()
	settings := server(t)
	settings.CAFile = os.Getenv("TEST_CA_FILE")
	return settings
}

func TestMakesWhatIsMissingOverTLS(t *testing.T) {
	settings := overTLS(t)
	wanted, _ := declared(t, "tls_")
	if changes := apply(t, settings, wanted); len(changes) == 0 {
		t.Error("nothing was made")
	}
	for file, want := range map[string]bool{settings.CAFile: true, "": false} {
		settings.CAFile = file
		conn, err := Connect(t.Context(), settings, "postgres")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(t.Context()) }()
		var encrypted bool
		if err := conn.QueryRow(t.Context(), `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`).Scan(&encrypted); err != nil || encrypted != want {
			t.Errorf("with authorities in %q TLS is %v, %v", file, encrypted, err)
		}
	}
}

func TestAServerThatIsNotTheOneIsRefused(t *testing.T) {
	stranger, elsewhere := overTLS(t), overTLS(t)
	stranger.CAFile = tlstest.New(t).File
	elsewhere.Host = "localhost"
	for what, test := range map[string]struct {
		settings config.Postgres
		want     any
	}{
		"another authority": {stranger, new(x509.UnknownAuthorityError)},
		"another host":      {elsewhere, new(x509.HostnameError)},
	} {
		if _, err := Connect(t.Context(), test.settings, "postgres"); !errors.As(err, test.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
