// Command pulumi-resource-tls serves upstream's tls provider under the resource names of the npm package @pulumi/tls.
package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-provider-tls/shim"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
)

// version is that of the npm package; the linker sets it.
var version = "0.0.0-dev"

func main() {
	// The npm package carries the schema; a provider at run time needs none but its name.
	schema := fmt.Appendf(nil, `{"name":"tls","version":%q}`, version)
	pf.Main(context.Background(), "tls", provider(), pf.ProviderMetadata{PackageSchema: schema})
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(shim.NewProvider()),
		Name:         "tls",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	info.MustComputeTokens(tokens.SingleModule("tls_", "index", tokens.MakeStandard("tls")))
	return info
}
