#!/usr/bin/env bash
# libLLVM 21 of a newer Debian, with the C library it was made for: $lab/llvm-21/usr/lib/x86_64-linux-gnu holds both.
# A program gets to use it when it runs under $lab/llvm-21/run PROGRAM. Prints the folder.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
lab_done_if llvm-21
lab_announce 'libLLVM 21' '20 seconds'
lab_begin llvm-21

backports=trixie-backports release=trixie
lab_apt "$release" apt-get update -qq
lab_apt "$backports" apt-get update -qq
mkdir "$work/debs"
(cd "$work/debs" && lab_apt "$backports" apt-get download -qq libllvm21)
# What libllvm21 needs, and that again: not resolved by apt, which would want a whole system.
(cd "$work/debs" && lab_apt "$release" apt-get download -qq libc6 libgcc-s1 libstdc++6 libffi8 libedit2 libz3-4 zlib1g \
    libzstd1 libxml2 libtinfo6 libbsd0 libmd0 liblzma5 libicu76)
for deb in "$work"/debs/*.deb; do
    dpkg -x "$deb" "$work"
done
ls "$work/debs" > "$work/packages.txt"
rm -r "$work/debs"

cat > "$work/run" <<'WRAPPER'
#!/bin/sh
# Runs a program of this machine under the C library that libLLVM 21 was made for.
root=$(dirname "$(readlink -f "$0")")
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$@"
WRAPPER
chmod 755 "$work/run"
library=$(find "$work/usr/lib" -name 'libLLVM.so.21.*' | head -n 1)
"$work/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "$work/usr/lib/x86_64-linux-gnu" --list "$library" \
    > "$work/needs.txt"
if grep 'not found' "$work/needs.txt" >&2; then
    echo "llvm21.sh: libLLVM 21 lacks these libraries" >&2
    exit 1
fi
lab_finish llvm-21
