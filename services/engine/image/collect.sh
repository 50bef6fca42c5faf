#!/bin/sh
# collect.sh PROGRAM OUT: makes OUT/root (the stripped program and every library it loads) and OUT/debug (its
# symbols under the build id, where a debugger looks for them).
set -eu
program=$1
out=$2
name=$(basename "$program")

id=$(readelf -n "$program" | sed -n 's/.*Build ID: //p')
symbols="$out/debug/.build-id/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-).debug"
mkdir -p "$out/root" "$(dirname "$symbols")"
objcopy --only-keep-debug --compress-debug-sections "$program" "$symbols"
objcopy --strip-all --add-gnu-debuglink="$symbols" "$program" "$out/root/$name"

ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$out/root$(dirname "$library")"
  cp -L "$library" "$out/root$library"
done
