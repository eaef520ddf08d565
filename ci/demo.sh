#!/usr/bin/env bash
# Builds the linker into target/demo, builds examples/xdp-firewall with it through cargo, shows what came out, and runs it
# in the kernel of this machine, on two packets that never leave it.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh

title() { printf '\n== %s ==\n' "$*"; }

ci/install-tools.sh demo
# Some of Debian's tools are not on every user's PATH.
demo=$PWD/target/demo
export PATH="$demo/bin:$PATH:/usr/sbin:/sbin"

step 'building the linker' '3 minutes on two cores' \
    cargo install --quiet --locked --force --no-track --root "$demo" --path . \
    --profile "${BPF_LINKER_DEMO_PROFILE:-release}"
bpf-linker --version

firewall_object() {
    cd examples/xdp-firewall
    RUSTC=/usr/bin/rustc RUSTFLAGS='-C debuginfo=2 -C link-arg=--btf' \
        cargo build --quiet --locked --release --target bpfel-unknown-none --target-dir "$demo"
}
(step 'building examples/xdp-firewall' 'a minute' firewall_object)
object=$demo/bpfel-unknown-none/release/xdp-firewall
title 'what is in it'
ci/show.sh "$object"

step 'building a loader' '2 minutes' cargo build --quiet --locked --package bpf-lab
lab=${CARGO_TARGET_DIR:-$PWD/target}/debug/bpf-lab
title running it in this kernel

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
