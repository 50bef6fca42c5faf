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
	subject := resource.PropertyMap{"commonName": resource.NewProperty("a")}
	inputs := resource.PropertyMap{
		"isCaCertificate": resource.NewProperty(true),
		"subject":         resource.NewProperty(subject),
	}
	if _, err := refuseNewer(context.Background(), inputs, nil); err != nil {
		t.Error(err)
	}
	for _, where := range []resource.PropertyMap{inputs, subject} {
		for _, name := range newer {
			key := resource.PropertyKey(name)
			where[key] = resource.NewProperty("x")
			_, err := refuseNewer(context.Background(), inputs, nil)
			if err == nil || !strings.Contains(err.Error(), "remedy") {
				t.Errorf("%s went through: %v", name, err)
			}
			delete(where, key)
		}
	}
}
