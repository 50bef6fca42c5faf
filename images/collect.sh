#!/bin/sh
# collect.sh ROOT PATH...: copies each path with the shared libraries it needs into ROOT, for an image with nothing else in it.
# Each Debian package that a copied file belongs to leaves its status and its licence, so that scanners and lawyers still see it.
set -eu
root=$1
shift

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root/usr/sbin" "$root/usr/lib64" "$root/etc" "$root/var/lib/dpkg/status.d"
# Debian's merged /usr: a copied /lib/x has to land in /usr/lib/x.
for name in bin lib sbin lib64; do [ -e "$root/$name" ] || ln -s "usr/$name" "$root/$name"; done
[ -d "$root/tmp" ] || install -d -m 1777 "$root/tmp"

record() { # file
  package=$(dpkg -S "$1" 2>/dev/null || dpkg -S "${1#/usr}" 2>/dev/null) || return 0
  package=${package%%: *}
  package=${package%%,*}
  name=${package%%:*}
  [ -e "$root/var/lib/dpkg/status.d/$name" ] && return 0
  dpkg-query -s "$package" > "$root/var/lib/dpkg/status.d/$name"
  if [ -e "/usr/share/doc/$name/copyright" ]; then
    install -D -m 644 "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/copyright"
  fi
}

copy() { # a file, the file it links to, and the libraries of both
  [ -e "$root$1" ] && return 0
  mkdir -p "$root$(dirname "$1")"
  # With its time: a class-data archive knows its jars by it.
  cp -P --preserve=mode,timestamps "$1" "$root$1"
  record "$(realpath "$1")"
  if [ -L "$1" ]; then each "$(realpath "$1")"; return 0; fi
  ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do copy "$library"; done
}

each() { # a file, or every file of a folder
  if [ -d "$1" ]; then find "$1" ! -type d | while read -r file; do copy "$file"; done; else copy "$1"; fi
}

for path in "$@"; do each "$path"; done
