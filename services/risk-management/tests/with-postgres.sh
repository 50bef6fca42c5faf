#!/bin/sh
# with-postgres.sh COMMAND...: runs the command with a PostgreSQL of its own on a free port of the
# loopback interface, whose number is in TEST_POSTGRES_PORT. Root lends it to the account `postgres`.
set -eu
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
data=$(mktemp -d)
as() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  chown postgres "$data"
  as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
fi
port=$((20000 + $$ % 20000))
stop() {
  as "$bin/pg_ctl" -D "$data/db" -m immediate -w stop > /dev/null 2>&1 || true
  rm -rf "$data"
}
trap stop EXIT INT TERM
as "$bin/initdb" -D "$data/db" -U postgres --auth=trust --no-sync > /dev/null
as "$bin/pg_ctl" -D "$data/db" -l "$data/log" -w -t 30 \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" start > /dev/null
TEST_POSTGRES_PORT=$port "$@"
