#!/bin/sh
# collect.sh ROOT BINARY: copies the binary and the shared libraries it needs into ROOT, for an image
# with nothing else in it, and the licences of what was copied.
set -eu
root=$1
binary=$2

mkdir -p "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root$(dirname "$binary")"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"
cp "$binary" "$root$binary"
ldd "$binary" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
  package=$(dpkg -S "$(realpath "$library")" 2>/dev/null || dpkg -S "$library")
  package=${package%%:*}
  install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
done
# Names come from the hosts file first: the C library's own default may differ.
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
printf 'nonroot:x:65532:65532::/:/sbin/nologin\n' > "$root/etc/passwd"
