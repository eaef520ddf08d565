#!/usr/bin/env bash
# Installs Debian's packages that the demonstration or, by default, the tests need. Quick when they are there.
#
# usage: ci/install-tools.sh [demo]
set -euo pipefail

# A compiler with a core library for BPF, LLVM's tools to look at what it makes, and what libbpf is built with.
packages=(gcc libc6-dev make pkg-config rustc-web libstd-rust-web-dev-bpf llvm-22 bpftool libelf-dev zlib1g-dev)
if [ "${1:-all}" = all ]; then
    # C in two versions of LLVM, core in source form, what the incumbent links, and what the lab scripts unpack with.
    packages+=(g++ rust-web-src clang-22 llvm-22-dev libzstd-dev llvm-22-tools clang-19 llvm-19 hyperfine strace)
    packages+=(unzip ninja-build xz-utils zstd dpkg-dev debian-archive-keyring procps mount)
    # An LLVM that is too old, to be refused.
    packages+=(libllvm14)
    command -v python3 > /dev/null || packages+=(python3)
    command -v pip > /dev/null || packages+=(python3-pip)
fi
command -v cargo > /dev/null || packages+=(cargo-web)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "installing ${missing[*]}"
if ! command -v apt-get > /dev/null; then
    echo "$0: there is no apt-get; install the like of these packages: ${missing[*]}" >&2
    exit 1
fi
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends "${missing[@]}" \
    > /dev/null
