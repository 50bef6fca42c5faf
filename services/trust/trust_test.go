package trust

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cipherhorizon.internal/trust/tlstest"
)

// serve says "hello" to whoever believes its certificate.
func serve(t *testing.T, settings *tls.Config) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.WriteString(conn, "hello")
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

func greet(t *testing.T, file, address string) error {
	t.Helper()
	conn, err := Dialer(file, 10*time.Second)(t.Context(), "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = io.ReadFull(conn, make([]byte, len("hello")))
	return err
}

func TestOnlyTheAuthorityInTheFileAndTheNameThatWasAskedFor(t *testing.T) {
	ours, other := tlstest.New(t), tlstest.New(t)
	if err := greet(t, ours.File, serve(t, ours.Server("127.0.0.1"))); err != nil {
		t.Error(err)
	}
	_, port, _ := net.SplitHostPort(serve(t, ours.Server("localhost")))
	if err := greet(t, ours.File, "localhost:"+port); err != nil {
		t.Error(err)
	}
	var unknown x509.UnknownAuthorityError
	if err := greet(t, ours.File, serve(t, other.Server("127.0.0.1"))); !errors.As(err, &unknown) {
		t.Errorf("a certificate of another authority: %v", err)
	}
	var name x509.HostnameError
	if err := greet(t, ours.File, serve(t, ours.Server("elsewhere"))); !errors.As(err, &name) {
		t.Errorf("a certificate of another host: %v", err)
	}
}

func TestAChangedFileIsReadAtTheNextConnection(t *testing.T) {
	before, after := tlstest.New(t), tlstest.New(t)
	address := serve(t, after.Server("127.0.0.1"))
	if err := greet(t, before.File, address); err == nil {
		t.Fatal("the new authority was believed before it was named")
	}
	fresh, err := os.ReadFile(after.File)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(before.File, fresh, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := greet(t, before.File, address); err != nil {
		t.Error(err)
	}
}

func TestAFileWithoutACertificate(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(empty, []byte("no certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{empty: "no certificate", empty + ".gone": "no such file"} {
		if _, err := Authorities(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
