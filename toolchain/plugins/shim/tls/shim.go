// Package shim reaches the internal package of the upstream provider: its import path lies inside upstream's module path.
package shim

import (
	pf "github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// NewProvider returns the upstream provider.
func NewProvider() pf.Provider {
	return provider.New()
}
