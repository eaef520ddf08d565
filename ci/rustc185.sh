#!/usr/bin/env bash
# rustc 1.85 with LLVM 19 and its BPF core's source, beside the installed one: $lab/rustc-1.85/bin/rustc is a wrapper
# that sets what it needs. Prints the folder.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
lab_done_if rustc-1.85
lab_announce 'rustc 1.85' '20 seconds'
lab_begin rustc-1.85

mkdir "$work/debs"
packages=(rustc-web libstd-rust-web-dev libstd-rust-web-1.85 rust-web-src)
# The package lists may name versions whose files the mirror no longer has: those are passed over.
download() {
    (cd "$work/debs" && apt-get download -qq -o APT::Sandbox::User=root "$@")
}
version=
for candidate in $(apt-cache madison rustc-web | awk '$3 ~ /^1\.85\./ { print $3 }' | sort --unique --version-sort --reverse); do
    if download "${packages[@]/%/=$candidate}" 2>> "$work/log"; then
        version=$candidate
        break
    fi
    rm -f "$work"/debs/*
done
if [ -z "$version" ]; then
    [ ! -e "$work/log" ] || cat "$work/log" >&2
    echo "$0: no rustc-web 1.85 can be downloaded; run apt-get update" >&2
    exit 1
fi
rm -f "$work/log"
# Its LLVM comes from the machine where that has it.
if [ -z "$(ldconfig -p | grep 'libLLVM.so.19.1' || true)" ]; then
    download libllvm19
fi
for deb in "$work"/debs/*.deb; do
    dpkg -x "$deb" "$work/root"
done
rm -r "$work/debs"

mkdir "$work/bin"
cat > "$work/bin/rustc" <<'WRAPPER'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")/root/usr
export LD_LIBRARY_PATH="$root/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$root/bin/rustc" "$@"
WRAPPER
chmod 755 "$work/bin/rustc"
"$work/bin/rustc" -vV | grep -q 'LLVM version: 19' || {
    echo "$0: rustc $version does not run, or not with LLVM 19" >&2
    exit 1
}
lab_finish rustc-1.85
