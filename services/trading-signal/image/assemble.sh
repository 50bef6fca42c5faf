#!/bin/sh
# Gathers what the service needs to run, and nothing else: the interpreter, its library, our
# packages, and every shared library that one of them names. usage: assemble.sh ROOT
set -eu
root=$1
python=/usr/bin/python3.13
library=/usr/lib/python3.13
home=/opt/trading-signal

mkdir -p "$root/usr/bin" "$root/usr/lib" "$root$home" "$root/etc"
ln -s usr/lib "$root/lib"
ln -s usr/lib64 "$root/lib64"

cp "$python" "$root/usr/bin/"
cp -a "$library" "$root/usr/lib/"
# What develops, draws or installs. EXTERNALLY-MANAGED speaks to pip, which isn't here.
for part in EXTERNALLY-MANAGED __pycache__ config-3.13-* ensurepip idlelib lib2to3 pydoc_data test \
  tkinter turtle.py turtledemo unittest venv _pyrepl curses dbm sqlite3 \
  'lib-dynload/_test*' 'lib-dynload/_ctypes_test*' 'lib-dynload/_curses*' 'lib-dynload/readline*' \
  'lib-dynload/_dbm*' 'lib-dynload/_gdbm*' 'lib-dynload/_sqlite3*' 'lib-dynload/_tkinter*'; do
  # shellcheck disable=SC2086
  rm -rf "$root$library"/$part
done

cp -a /opt/packages/. "$root$home/"
rm -rf "$root$home/bin"
cp -a trading_signal "$root$home/"
find "$root$home/trading_signal" \( -name 'test_*' -o -name conftest.py \) -delete
find "$root$home" \( -name '*.pyi' -o -name '*.c' -o -name '*.h' \) -delete
install -m 0755 bin/trading-signal "$root/usr/bin/"

# Byte code that is never checked against its source and never written.
find "$root" -name __pycache__ -prune -exec rm -rf {} +
"$python" -m compileall -q -j 2 --invalidation-mode unchecked-hash \
  -s "$root" -p / "$root$library" "$root$home"

# Shared libraries: the closure of what the binaries name, with the loader where they expect it.
find "$root" -type f \( -name '*.so' -o -name '*.so.*' -o -name python3.13 \) > /tmp/binaries
while read -r binary; do
  ldd "$binary" 2> /dev/null || true
done < /tmp/binaries | awk '/=> \// {print $3} $1 ~ /^\// {print $1}' | sort -u > /tmp/libraries
while read -r file; do
  case $file in
    "$root"*) ;; # a library that a wheel brought
    *) install -D -m 0755 "$file" "$root/usr/${file#/usr/}" 2> /dev/null \
      || install -D -m 0755 "$file" "$root/usr/$file" ;;
  esac
done < /tmp/libraries

# Names are asked of /etc/hosts and DNS; libnss_dns is part of libc.
printf 'hosts: files dns\n' > "$root/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/nonexistent\nnonroot:x:65532:65532:nonroot:/:/nonexistent\n' > "$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' > "$root/etc/group"
