#!/bin/sh
# Everything that has to hold before an image is made: format, linters, tests, a short hunt for inputs that break the parser.
# The Go services' common module, ../trust, is held to it here.
set -eu
unformatted=$(gofmt -l . ../trust)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted; run gofmt -w ." >&2; exit 1; }
go mod verify
go vet ./... cipherhorizon.internal/trust/...
go tool staticcheck ./... cipherhorizon.internal/trust/...
go test -timeout 300s ./... cipherhorizon.internal/trust/...
go test -run '^$' -fuzz FuzzParse -fuzztime 10s ./internal/feed
go test -run '^$' -fuzz FuzzParseE8 -fuzztime 5s ./internal/decimal
