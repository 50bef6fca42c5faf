// Package acme has what Traefik keeps of an account.
package acme

type Account struct{}

type ExtendedAccount struct {
	Account
	Location string
}
