#!/usr/bin/env bash
# Which registers a Rust program of aya-ebpf reads depends on the machine that compiles it, not on a target.
#
# Tools: aya-build 0.2.0, the build script of aya-ebpf 0.2.
# Expected: bpfel-unknown-none is one target, so the same source gives the same program everywhere; or an error that asks for the
# architecture of the kernel.
# Seen: unless AYA_BPF_TARGET_ARCH is set, `struct pt_regs` is that of the host of rustc. A program compiled on Apple silicon reads the
# arguments of a probe from registers of arm64, also if it is for x86_64; nothing says so. On 32-bit x86 there are no bindings at all.
#     aarch64-apple-darwin: aarch64; i686-unknown-linux-gnu: i686; with the variable: x86_64
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "ask"
version = "0.0.0"
edition = "2021"
[dependencies]
aya-build = "=0.2.0"
[profile.dev]
debug = false
TOML
echo 'fn main() { aya_build::emit_bpf_target_arch_cfg().unwrap() }' > "$work/src/main.rs"
cargo build --quiet --manifest-path "$work/Cargo.toml" --target-dir "$work/target"

# Says which architecture the build script of a program for BPF chooses where cargo names HOST: ask HOST [VARIABLE=VALUE].
ask() {
    env -u AYA_BPF_TARGET_ARCH -u CARGO_CFG_BPF_TARGET_ARCH HOST="$1" "${@:2}" "$work/target/debug/ask" |
        sed -n 's/^cargo:rustc-cfg=bpf_target_arch="\(.*\)"$/\1/p'
}
seen="aarch64-apple-darwin: $(ask aarch64-apple-darwin); i686-unknown-linux-gnu: $(ask i686-unknown-linux-gnu)"
seen+="; with the variable: $(ask aarch64-apple-darwin AYA_BPF_TARGET_ARCH=x86_64)"
echo "$seen"
[ "$seen" = 'aarch64-apple-darwin: aarch64; i686-unknown-linux-gnu: i686; with the variable: x86_64' ] || {
    echo "changed: the architecture is asked for, or another one is the default" >&2
    exit 1
}
