// Package certificate has what Traefik says and hears of a certificate.
package certificate

import "github.com/go-acme/lego/v5/certcrypto"

type Resource struct {
	ID          string
	Domains     []string
	PrivateKey  []byte
	Certificate []byte
}

type ObtainRequest struct {
	Domains          []string
	EmailAddresses   []string
	KeyType          certcrypto.KeyType
	Bundle           bool
	PreferredChain   string
	EnableCommonName bool
	Profile          string
}

type RenewOptions struct {
	EmailAddresses   []string
	Bundle           bool
	PreferredChain   string
	EnableCommonName bool
	Profile          string
}
