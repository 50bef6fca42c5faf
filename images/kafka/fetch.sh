#!/bin/sh
# fetch.sh FOLDER: the jars of pom.xml from the site's Maven repository, each checked against jars.lock.
# `fetch.sh FOLDER --lock` prints the lock of what pom.xml resolves to now instead.
set -eu
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Java doesn't read the system's certificates: they become a trust store for this one run.
openssl pkcs12 -export -nokeys -in /etc/ssl/certs/ca-certificates.crt -out "$work/trust.p12" \
  -passout pass:changeit -jdktrust anyExtendedKeyUsage
export MAVEN_OPTS="-Djavax.net.ssl.trustStore=$work/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit"
if [ -n "${MAVEN_SETTINGS:-}" ]; then
  printf %s "$MAVEN_SETTINGS" | base64 -d > "$work/settings.xml"
else
  printf '<settings/>' > "$work/settings.xml"
fi

mkdir -p "$target"
mvn -B -q -s "$work/settings.xml" -Dmaven.repo.local="${MAVEN_REPOSITORY:-$work/repository}" -f "$(dirname "$0")/pom.xml" \
  org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$target"
cd "$target"
if [ "${2:-}" = --lock ]; then
  LC_ALL=C sha256sum -- *.jar
  exit
fi
lock=$(dirname "$0")/jars.lock
sha256sum --strict --quiet -c "$lock"
# Nothing but what the lock names.
sed 's/.*  //' "$lock" > "$work/locked"
LC_ALL=C ls > "$work/fetched"
cmp "$work/locked" "$work/fetched"
