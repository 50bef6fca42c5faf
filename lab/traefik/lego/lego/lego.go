// Package lego is an ACME client that asks nobody: Traefik compiles against it, and is told of it when it is to use it.
package lego

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/go-acme/lego/v5/acme"
	"github.com/go-acme/lego/v5/certificate"
	"github.com/go-acme/lego/v5/challenge"
	"github.com/go-acme/lego/v5/registration"
)

const DirectoryURLLetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

var errLeftOut = errors.New("this build of Traefik has no ACME")

type Config struct {
	CADirURL    string
	UserAgent   string
	HTTPClient  *http.Client
	Certificate struct{ Timeout time.Duration }
}

// NewConfig takes any account: nothing is asked for it.
func NewConfig(any) *Config { return &Config{} }

// Client is never made; its methods are what Traefik calls.
type Client struct {
	Certificate  certifier
	Challenge    solvers
	Registration registrar
}

func NewClient(*Config) (*Client, error) { return nil, errLeftOut }

func CreateCertPool([]string, bool) (*x509.CertPool, error) { return nil, errLeftOut }

type certifier struct{}

func (certifier) Obtain(context.Context, certificate.ObtainRequest) (*certificate.Resource, error) {
	return nil, errLeftOut
}

func (certifier) Renew(context.Context, certificate.Resource, *certificate.RenewOptions) (*certificate.Resource, error) {
	return nil, errLeftOut
}

type solvers struct{}

func (solvers) SetDNS01Provider(challenge.Provider, ...challenge.Option) error { return errLeftOut }

func (solvers) SetHTTP01Provider(challenge.Provider, ...challenge.Option) error { return errLeftOut }

func (solvers) SetTLSALPN01Provider(challenge.Provider, ...challenge.Option) error { return errLeftOut }

type registrar struct{}

func (registrar) Register(context.Context, registration.RegisterOptions) (*acme.ExtendedAccount, error) {
	return nil, errLeftOut
}

func (registrar) RegisterWithExternalAccountBinding(
	context.Context, registration.RegisterEABOptions,
) (*acme.ExtendedAccount, error) {
	return nil, errLeftOut
}
