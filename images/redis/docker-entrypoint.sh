#!/bin/sh
# Like the official image: an option or a configuration file alone means redis-server with it.
set -e
case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
# New files are for the owner only.
[ "$1" != redis-server ] || umask 0077
exec "$@"
