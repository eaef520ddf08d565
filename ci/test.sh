#!/usr/bin/env bash
# Installs what the tests need and runs all of them; arguments go to the test runner.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh

# Programs are loaded into this kernel, and kernels of other releases are unpacked: both need root.
if [ "$(id -u)" != 0 ]; then
    if command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
        echo 'going on as root, by sudo: tests load programs into this kernel'
        exec sudo env "PATH=$PATH" "HOME=$HOME" "$PWD/ci/test.sh" "$@"
    fi
    echo "$0: root is needed, to install packages and to load programs into this kernel;" >&2
    echo 'run it by sudo, or run the tests that need neither: cargo test --lib' >&2
    exit 1
fi

ci/install-tools.sh
# All of the lock file: a test looks at what other hosts need, too.
cargo fetch --quiet --locked
# Some of Debian's tools are not on every user's PATH.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH:/usr/sbin:/sbin"

toolchains() {
    local toolchain folder
    ci/nextest.sh
    for toolchain in incumbent incumbent-tests llvm21 llvm23 rustc185 zig kernels corpora; do
        # An assignment of its own: as an argument of echo, a failure would go unnoticed.
        folder=$("ci/$toolchain.sh")
        echo "$toolchain: $folder"
    done
}

# Toolchains mostly wait for the network, and fuzz targets run for a fixed time.
prepare() {
    toolchains &
    local fetching=$!
    ci/fuzz.sh || { kill "$fetching"; return 1; }
    wait "$fetching"
}

step 'fuzz targets, and toolchains beside them' '3 minutes, 8 on a new machine' prepare
step 'examples of the documentation' 'a minute' cargo test --quiet --workspace --doc
step tests '12 minutes' cargo nextest run --workspace --no-fail-fast "$@"
# The same fixtures with the oldest libLLVM and the newest; the run above used whichever the linker finds.
lab=${BPF_LINKER_LAB:-$HOME/.cache/bpf-linker-lab}
for library in /usr/lib/x86_64-linux-gnu/libLLVM.so.19.1 "$lab/llvm-23/lib/libLLVM.so.23.1"; do
    BPF_LINKER_TEST_LLVM=$library step "fixtures with $library" '30 seconds' cargo nextest run --test cases --no-fail-fast
done
# Kernels that could not judge, and why; see tests/support/control.rs.
cat "${CARGO_TARGET_DIR:-target}"/tests/kernels/refused-*.txt 2> /dev/null || true
