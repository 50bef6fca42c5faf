package main

import (
	"testing"

	"github.com/cipherhorizon/cipherhorizon/toolchain/plugins/internal/sdk"
)

func TestNamesAreThoseOfTheNpmPackage(t *testing.T) {
	sdk.Check(t, provider())
}
