// Command pulumi-resource-tls serves upstream's tls provider under the resource names of the npm package @pulumi/tls.
package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-provider-tls/shim"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// version is that of the npm package; the linker sets it.
var version = "0.0.0-dev"

// newer are the inputs of @pulumi/tls that this upstream, the newest that the checksum database knows, does not have.
var newer = []string{
	"caPrivateKeyPemWo", "caPrivateKeyPemWoVersion", "emailAddress", "maxPathLength", "privateKeyPemWo",
	"privateKeyPemWoVersion",
}

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
	for _, resource := range info.Resources {
		resource.PreCheckCallback = refuseNewer
	}
	return info
}

// refuseNewer keeps an input from being dropped in silence: a CA without its path length is another CA.
func refuseNewer(_ context.Context, inputs, _ resource.PropertyMap) (resource.PropertyMap, error) {
	for name, value := range inputs {
		if slices.Contains(newer, string(name)) {
			return nil, fmt.Errorf("%s is not supported\n  given:   %s\n  allowed: any input but %s\n"+
				"  remedy:  leave it out, or take Pulumi's own plugin (HORIZON_TOOLCHAIN=download)",
				name, name, strings.Join(newer, ", "))
		}
		if value.IsObject() { // subject
			if _, err := refuseNewer(context.Background(), value.ObjectValue(), nil); err != nil {
				return nil, err
			}
		}
	}
	return inputs, nil
}
