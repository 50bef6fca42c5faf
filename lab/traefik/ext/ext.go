// Package ext is where a build of Traefik can add fields to its configuration. The published module asks for it and
// leaves it out; this one adds none.
package ext

// HTTP is what the HTTP configuration has more.
type HTTP struct{}

// Router is what a router has more.
type Router struct{}
