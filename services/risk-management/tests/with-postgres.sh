#!/bin/sh
# with-postgres.sh COMMAND...: runs the command with a PostgreSQL of its own on a free port of the
# loopback interface, whose number is in TEST_POSTGRES_PORT. Root lends it to the account `postgres`.
# It believes everybody but the role `by_password`. TEST_CERTIFICATES is the folder of server.crt and
# server.key, with which it serves TLS, and other.crt; each certificate is its own authority.
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
for name in server other; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj "/CN=$name" \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$data/$name.key" -out "$data/$name.crt" 2> /dev/null
done
[ "$(id -u)" != 0 ] || chown postgres "$data/server.key"
{ echo 'host all by_password 127.0.0.1/32 scram-sha-256'; cat "$data/db/pg_hba.conf"; } > "$data/hba"
chmod 644 "$data/hba"
as "$bin/pg_ctl" -D "$data/db" -l "$data/log" -w -t 30 \
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c hba_file=$data/hba \
    -c ssl=on -c ssl_cert_file=$data/server.crt -c ssl_key_file=$data/server.key" start > /dev/null
TEST_POSTGRES_PORT=$port TEST_CERTIFICATES=$data "$@"
