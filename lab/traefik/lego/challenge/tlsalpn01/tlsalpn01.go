// Package tlsalpn01 has the protocol's name of TLS challenges (RFC 8737), which Traefik keeps apart from all others.
package tlsalpn01

import (
	"errors"
	"time"

	"github.com/go-acme/lego/v5/challenge"
)

const ACMETLS1Protocol = "acme-tls/1"

func SetDelay(time.Duration) challenge.Option { return challenge.Option{} }

func ChallengeBlocks(string, string) (certificate, key []byte, err error) {
	return nil, nil, errors.New("this build of Traefik has no ACME")
}
