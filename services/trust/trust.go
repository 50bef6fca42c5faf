// Package trust opens connections over TLS that believe the authorities in one file and nobody else.
package trust

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"time"
)

// Authorities reads the certificates in a PEM file.
func Authorities(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", path)
	}
	return pool, nil
}

// Dialer opens connections whose server proves the name or address that was asked for. It reads the authorities again
// at each connection, so changed ones need no restart. The time limit is for connection and handshake together.
func Dialer(path string, limit time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		authorities, err := Authorities(path)
		if err != nil {
			return nil, err
		}
		dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: limit}, Config: &tls.Config{RootCAs: authorities}}
		return dialer.DialContext(ctx, network, address)
	}
}
