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
as "$bin/initdb" -D "$data/db" -U provisioner --auth=scram-sha-256 --pwfile="$data/password" --no-sync >/dev/null
as "$bin/pg_ctl" -D "$data/db" -l "$data/log" -w -t 30 \
  -o "-p $TEST_POSTGRES_PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" start >/dev/null

TEST_REDIS_PASSWORD=top
TEST_REDIS_PORT=$((TEST_POSTGRES_PORT + 1))
export TEST_REDIS_PASSWORD TEST_REDIS_PORT
redis-server --port "$TEST_REDIS_PORT" --bind 127.0.0.1 --requirepass "$TEST_REDIS_PASSWORD" --save "" --dir "$data" >/dev/null &
redis=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
  REDISCLI_AUTH="$TEST_REDIS_PASSWORD" redis-cli -p "$TEST_REDIS_PORT" ping >/dev/null 2>&1 && break
  sleep 1
done
go test -timeout 300s ./...
