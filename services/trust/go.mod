// How the Go services encrypt. The dot in its path is what `go mod verify` knows a module by that nobody downloads.
module cipherhorizon.internal/trust

go 1.26.0

toolchain go1.26.8
