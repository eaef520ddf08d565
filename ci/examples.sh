#!/usr/bin/env bash
# Builds each example by the first command of its own README, with Debian's rustc and no other variable, and the linker
# of this checkout on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh

cargo build --quiet --locked
export PATH="${CARGO_TARGET_DIR:-$PWD/target}/debug:/usr/lib/llvm-22/bin:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CARGO_TARGET_DIR=$scratch

build() {
    local command
    command=$(sed -n 's/^    //p' "examples/$1/README.md" | head -n 1)
    echo "$command"
    (cd "examples/$1" && RUSTC=/usr/bin/rustc sh -ec "$command")
}
for example in xdp-firewall tracing core-tracer rust-with-c c-library; do
    step "$example" 'a minute' build "$example"
done
