#!/usr/bin/env bash
# Installs what the tests need and runs all of them; arguments go to the test runner.
set -euo pipefail
cd "$(dirname "$0")/.."

ci/install-tools.sh
ci/nextest.sh
for toolchain in incumbent incumbent-tests llvm21 llvm23 rustc185 zig kernels corpora; do
    echo "$toolchain: $("ci/$toolchain.sh")"
done

export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
ci/fuzz.sh
cargo test --quiet --workspace --doc
cargo nextest run --workspace --no-fail-fast "$@"
# The same fixtures with the oldest libLLVM and the newest; the run above used whichever the linker finds.
lab=${BPF_LINKER_LAB:-$HOME/.cache/bpf-linker-lab}
for library in /usr/lib/x86_64-linux-gnu/libLLVM.so.19.1 "$lab/llvm-23/lib/libLLVM.so.23.1"; do
    echo "fixtures with $library"
    BPF_LINKER_TEST_LLVM=$library cargo nextest run --test cases --no-fail-fast
done
