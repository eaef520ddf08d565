#!/usr/bin/env bash
# Checks that the linker compiles for hosts on which nothing runs it here: the compiler's errors, and nothing linked.
#
# usage: ci/targets.sh [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

[ $# -gt 0 ] || set -- riscv64gc-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-apple-darwin
# The standard library alone, of the toolchain's own version.
rustup target add "$@"
for target; do
    cargo check --quiet --locked --target "$target" --target-dir "${CARGO_TARGET_DIR:-target}/targets"
    echo "$target: checked"
done
