#!/usr/bin/env bash
# Installs Debian's packages that the demonstration or, by default, the tests need. What is there, from whatever source, is
# found by a probe; apt is asked only for the rest, and only by root or through sudo.
#
# usage: ci/install-tools.sh [demo]
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

has() { command -v "$1" > /dev/null; }
header() { printf '#include <%s>\n' "$1" | cc -E -o /dev/null - 2> /dev/null; }
core_for_bpf() {
    local sysroot
    sysroot=$(/usr/bin/rustc --print sysroot 2> /dev/null) || return
    compgen -G "$sysroot/lib/rustlib/bpfel-unknown-none/lib/libcore-*.rlib" > /dev/null
}
source_of_core() {
    local sysroot
    sysroot=$(/usr/bin/rustc --print sysroot 2> /dev/null) || return
    [ -e "$sysroot/lib/rustlib/src/rust/library/core/src/lib.rs" ]
}
file() { compgen -G "$1" > /dev/null; }

# Packages, and the probe that finds what they hold.
needs='
gcc|has cc
libc6-dev|header stdio.h
make|has make
pkg-config|has pkg-config
rustc-web libstd-rust-web-dev-bpf|core_for_bpf
llvm-22|has /usr/lib/llvm-22/bin/llvm-objdump
bpftool|has bpftool
libelf-dev|header libelf.h
zlib1g-dev|header zlib.h
cargo-web|has cargo
'
if [ "${1:-all}" = all ]; then
    # C in two versions of LLVM, core in source form, what the incumbent links, what the lab scripts unpack with, and an
    # LLVM that is too old, to be refused.
    needs+='
g++|has c++
rust-web-src|source_of_core
clang-22|has /usr/lib/llvm-22/bin/clang
llvm-22-dev|file /usr/lib/llvm-22/include/llvm-c/Core.h
libzstd-dev|header zstd.h
llvm-22-tools|has /usr/lib/llvm-22/bin/FileCheck
clang-19|has /usr/lib/llvm-19/bin/clang
llvm-19|has /usr/lib/llvm-19/bin/llvm-objdump
hyperfine|has hyperfine
strace|has strace
unzip|has unzip
ninja-build|has ninja
xz-utils|has xz
zstd|has zstd
dpkg-dev|has dpkg-buildpackage
debian-archive-keyring|file /usr/share/keyrings/debian-archive-keyring.*
procps|has ps
mount|has mount
libllvm14|file /usr/lib/*/libLLVM-14.so.1
python3|has python3
python3-pip|has pip
'
fi

missing=()
while IFS='|' read -r packages probe; do
    [ -z "$packages" ] || $probe || missing+=($packages)
done <<< "$needs"
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if ! has apt-get; then
    echo "$0: these are missing, and there is no apt-get: install the like of ${missing[*]}" >&2
    exit 1
elif [ "$(id -u)" != 0 ]; then
    if ! has sudo || ! sudo -n true 2> /dev/null; then
        echo "$0: these are missing; as root: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}" \
    > /dev/null
