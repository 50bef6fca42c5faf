#!/bin/sh
# Writes down which name server this container has, then becomes nginx.
# nginx reads neither /etc/resolv.conf nor its search list, and a name given to it literally must resolve at start or it exits;
# names in variables are looked up at each use, so an upstream may be absent at start, or come back elsewhere.
set -eu
servers= domain=
while read -r key first _; do
  case $key in
    nameserver) case $first in *:*) servers="$servers [$first]" ;; *) servers="$servers $first" ;; esac ;;
    # Kubernetes completes a service's name by the first domain of the list; elsewhere short names are the full ones.
    search) case $first in *.svc.*) domain=.$first ;; esac ;;
  esac
done </etc/resolv.conf
printf 'resolver%s valid=2s ipv6=off;\nmap "" $domain { default "%s"; }\n' "$servers" "$domain" >/tmp/resolver.conf
exec nginx -e stderr -c /etc/gateway/nginx.conf -g 'daemon off;'
