package main

import (
	"context"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/cipherhorizon/cipherhorizon/toolchain/plugins/internal/sdk"
)

func TestNamesAreThoseOfTheNpmPackage(t *testing.T) {
	sdk.Check(t, provider(), newer...)
}

func TestInputsOfANewerProviderAreRefused(t *testing.T) {
	inputs := resource.PropertyMap{"isCaCertificate": resource.NewProperty(true)}
	if _, err := refuseNewer(context.Background(), inputs, nil); err != nil {
		t.Error(err)
	}
	inputs["maxPathLength"] = resource.NewProperty(0.0)
	_, err := refuseNewer(context.Background(), inputs, nil)
	if err == nil || !strings.Contains(err.Error(), "remedy") {
		t.Errorf("maxPathLength went through: %v", err)
	}
}
