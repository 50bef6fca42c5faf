// Package shim reaches the internal package of the upstream provider: its import path lies inside upstream's module path.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"

	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// NewProvider returns the upstream provider; version is what it tells the engine in its User-Agent.
func NewProvider(version string) *schema.Provider {
	return provider.New(version)()
}
