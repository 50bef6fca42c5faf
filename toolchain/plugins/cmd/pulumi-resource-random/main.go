// Command pulumi-resource-random serves upstream's random provider under the resource names of the npm package @pulumi/random.
package main

import (
	"context"
	"errors"
	"fmt"

	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

// version is that of the npm package; the linker sets it.
var version = "0.0.0-dev"

func main() {
	// The npm package carries the schema; a provider at run time needs none but its name.
	schema := fmt.Appendf(nil, `{"name":"random","version":%q}`, version)
	pf.Main(context.Background(), "random", provider(), pf.ProviderMetadata{PackageSchema: schema})
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(shim.NewProvider()),
		Name:         "random",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
		Resources:    map[string]*tfbridge.ResourceInfo{"random_bytes": {ComputeID: bytesID}},

		EnableAccurateBridgePreview: true,
	}
	named := tokens.MakeStandard("random")
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return named(module, "Random"+name)
	}))
	return info
}

// bytesID gives random_bytes, the only resource without an id of its own, the id that @pulumi/random gives it.
func bytesID(_ context.Context, state resource.PropertyMap) (resource.ID, error) {
	value := state["base64"]
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	if !value.IsString() {
		return "", errors.New("random_bytes: base64 in the state is no string")
	}
	return resource.ID(value.StringValue()), nil
}
