#!/usr/bin/env bash
# Creates the database cluster on the first start, as the official image does, then becomes the given command.
# Variables: POSTGRES_PASSWORD[_FILE], POSTGRES_USER[_FILE], POSTGRES_DB[_FILE], POSTGRES_INITDB_ARGS,
# POSTGRES_HOST_AUTH_METHOD. Scripts: /docker-entrypoint-initdb.d/*.{sh,sql}, once, in order of name.
set -Eeuo pipefail

setting() { # name, default: the variable, or the content of the file that name_FILE gives
  local file="${1}_FILE"
  if [ -n "${!1:-}" ] && [ -n "${!file:-}" ]; then
    echo "error: $1 and $file are both set; set one of them" >&2
    exit 1
  fi
  if [ -n "${!file:-}" ]; then printf %s "$(< "${!file}")"; else printf %s "${!1:-${2:-}}"; fi
}

create() {
  local auth=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$password" ] && [ "$auth" != trust ]; then
    echo "error: the superuser needs a password: set POSTGRES_PASSWORD_FILE or POSTGRES_PASSWORD" >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # a list of options
  initdb --username="$user" --pwfile=<(printf '%s\n' "$password") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all %s\n' "$auth" >> "$PGDATA/pg_hba.conf"
}

query() { PGHOST='' PGHOSTADDR='' PGPASSWORD="$password" psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$user" "$@"; }

# The server listens on its socket alone until everything is in place, so nothing reaches a half-made database.
populate() {
  local file
  [ "$database" = postgres ] || query --dbname postgres --set db="$database" <<< 'CREATE DATABASE :"db";'
  export POSTGRES_USER="$user" POSTGRES_DB="$database"
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) echo "running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) echo "running $file"; query --dbname "$database" -f "$file" ;;
    esac
  done
}

# The cluster is made in a folder of its own and moved into place when it is whole, PG_VERSION last, so that a start
# which is killed half-way is taken up again by the next one.
first_start() {
  local home=$PGDATA new="$PGDATA/.new"
  if [ ! -e "$new/.ready" ]; then
    rm -rf "$new"
    user=$(setting POSTGRES_USER postgres)
    database=$(setting POSTGRES_DB "$user")
    password=$(setting POSTGRES_PASSWORD)
    export PGDATA=$new
    create
    pg_ctl -o "-c listen_addresses='' -p ${PGPORT:-5432}" -w start
    populate
    pg_ctl -m fast -w stop
    sync
    : > "$new/.ready"
    export PGDATA=$home
  fi
  find "$new" -mindepth 1 -maxdepth 1 ! -name PG_VERSION ! -name .ready -exec mv {} "$home/" \;
  mv "$new/PG_VERSION" "$home/"
  sync
  rm -rf "$new"
}

case "${1:-}" in -*) set -- postgres "$@" ;; esac
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  first_start
fi
exec "$@"
