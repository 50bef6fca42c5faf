#!/bin/sh
# Everything that has to hold before an image is made: format, linter, tests with a PostgreSQL and a Redis of their own.
set -eu
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted; run gofmt -w ." >&2; exit 1; }
go mod verify
go vet ./...

bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
data=$(mktemp -d)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  # The server refuses to run as root.
  chown postgres "$data"
  as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
fi
stop() {
  [ -z "${redis:-}" ] || kill "$redis" 2>/dev/null || true
  as "$bin/pg_ctl" -D "$data/db" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$data"
}
trap stop EXIT INT TERM

TEST_POSTGRES_PASSWORD=top
TEST_POSTGRES_PORT=$((20000 + $$ % 20000))
export TEST_POSTGRES_PASSWORD TEST_POSTGRES_PORT
printf '%s\n' "$TEST_POSTGRES_PASSWORD" >"$data/password"
chmod 644 "$data/password"
# One certificate for both servers, its own authority.
TEST_CA_FILE=$data/server.crt
export TEST_CA_FILE
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=server \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$data/server.key" -out "$TEST_CA_FILE" 2>/dev/null
[ "$(id -u)" != 0 ] || chown postgres "$data/server.key"
as "$bin/initdb" -D "$data/db" -U provisioner --auth=scram-sha-256 --pwfile="$data/password" --no-sync >/dev/null
as "$bin/pg_ctl" -D "$data/db" -l "$data/log" -w -t 30 \
  -o "-p $TEST_POSTGRES_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
    -c ssl=on -c ssl_cert_file=$TEST_CA_FILE -c ssl_key_file=$data/server.key" start >/dev/null

TEST_REDIS_PASSWORD=top
TEST_REDIS_PORT=$((TEST_POSTGRES_PORT + 1))
TEST_REDIS_TLS_PORT=$((TEST_POSTGRES_PORT + 2))
export TEST_REDIS_PASSWORD TEST_REDIS_PORT TEST_REDIS_TLS_PORT
redis-server --port "$TEST_REDIS_PORT" --bind 127.0.0.1 --requirepass "$TEST_REDIS_PASSWORD" --save "" --dir "$data" \
  --tls-port "$TEST_REDIS_TLS_PORT" --tls-auth-clients no --tls-cert-file "$TEST_CA_FILE" --tls-key-file "$data/server.key" \
  --tls-ca-cert-file "$TEST_CA_FILE" >/dev/null &
redis=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
  REDISCLI_AUTH="$TEST_REDIS_PASSWORD" redis-cli -p "$TEST_REDIS_PORT" ping >/dev/null 2>&1 && break
  sleep 1
done
go test -timeout 300s ./...
