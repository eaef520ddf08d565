#!/usr/bin/env bash
# Installs the linker, builds examples/xdp-firewall with it through cargo, shows what came out, and runs it in the
# kernel of this machine, on two packets that never leave it.
set -euo pipefail
cd "$(dirname "$0")/.."

title() { printf '\n== %s ==\n' "$*"; }

title installing the linker
ci/install-tools.sh demo
# Tests add options that let it take less time.
read -ra options <<< "${BPF_LINKER_DEMO_INSTALL:-}"
cargo install --quiet --locked --force --path . "${options[@]}"
export PATH="${CARGO_INSTALL_ROOT:-${CARGO_HOME:-$HOME/.cargo}}/bin:$PATH"
bpf-linker --version

title building examples/xdp-firewall
target=$PWD/target/demo
(
    cd examples/xdp-firewall
    RUSTC=/usr/bin/rustc RUSTFLAGS='-C debuginfo=2 -C link-arg=--btf' \
        cargo build --locked --release --target bpfel-unknown-none --target-dir "$target"
)
object=$target/bpfel-unknown-none/release/xdp-firewall
ci/show.sh "$object"

title running it in this kernel
cargo build --quiet --locked --package bpf-lab
lab=${CARGO_TARGET_DIR:-$PWD/target}/debug/bpf-lab

# An Ethernet and an IPv4 header without content, from the given sender.
packet() { printf '%s' 020000000001 020000000002 0800 4500001400010000 40fd 0000 "$1" 0a000001; }
firewall() {
    "$lab" run "$object" firewall --map BLOCKLIST:c0000201=0100000000000000 --packet "$(packet "$1")"
}

if ! said=$(firewall c0000201 2>&1); then
    echo "$said"
    if [ -z "${CI:-}" ] && grep -qiE 'not permitted|EPERM' <<< "$said"; then
        echo 'this user may not load BPF programs here: the object is good, the rest needs root'
        exit 0
    fi
    exit 1
fi
echo "a packet from 192.0.2.1, which is blocked (1 is XDP_DROP):"
echo "$said"
echo "a packet from 192.0.2.2, which is not (2 is XDP_PASS):"
firewall c0000202
