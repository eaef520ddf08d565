#!/usr/bin/env bash
# Installs what the tests need and runs all of them; arguments go to the test runner.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/install-tools.sh
ci/nextest.sh
for toolchain in incumbent llvm21 llvm23 rustc185 zig; do
    echo "$toolchain: $("ci/$toolchain.sh")"
done

export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
ci/fuzz.sh
cargo test --quiet --workspace --doc
cargo nextest run --workspace --no-fail-fast "$@"
