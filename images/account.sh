#!/bin/sh
# account.sh ROOT NAME UID GID: the one account of an image. Numeric users need no entry to run, but some programs look themselves up.
set -eu
mkdir -p "$1/etc"
printf 'root:x:0:0:root:/root:/sbin/nologin\n%s:x:%s:%s::/:/sbin/nologin\n' "$2" "$3" "$4" > "$1/etc/passwd"
printf 'root:x:0:\n%s:x:%s:\n' "$2" "$4" > "$1/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' > "$1/etc/nsswitch.conf"
