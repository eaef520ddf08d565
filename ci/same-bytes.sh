#!/usr/bin/env bash
# Links fixtures, examples and corpora with two builds of the linker and compares all that they write, byte by byte:
#
#     ci/same-bytes.sh BASE [fixtures] [examples] [corpora]
#
# BASE is the other build; the one under test is target/debug/bpf-linker. Without further words all three are compared.
set -euo pipefail
cd "$(dirname "$0")/.."
base=$(realpath "${1:?the other build of the linker}")
shift
[ $# -gt 0 ] || set -- fixtures examples corpora

cargo build --quiet --locked
folder=${CARGO_TARGET_DIR:-$PWD/target}/same-bytes
mkdir -p "$folder"
export SAME_BYTES_BASE=$base SAME_BYTES_LOG=$folder/differences SAME_BYTES_COUNT=$folder/links
export SAME_BYTES_LINKER=${CARGO_TARGET_DIR:-$PWD/target}/debug/bpf-linker
: > "$SAME_BYTES_LOG"
: > "$SAME_BYTES_COUNT"
linker=$folder/bpf-linker
cp ci/same-bytes.py "$linker"
chmod +x "$linker"

fixtures() {
    # What a fixture expects is not the question here: a base that is older may miss it.
    BPF_LINKER_TEST_BIN=$linker cargo test --quiet --locked --test cases || true
}

examples() {
    local example
    for example in examples/*/Cargo.toml; do
        echo "$(dirname "$example")"
        (
            cd "$(dirname "$example")"
            export CARGO_TARGET_BPFEL_UNKNOWN_NONE_LINKER=$linker RUSTC=/usr/bin/rustc
            export RUSTFLAGS="-C debuginfo=2 -C link-arg=--btf -C linker=$linker"
            cargo build --quiet --locked --release --target bpfel-unknown-none --target-dir "$folder/examples"
        )
    done
}

corpora() {
    local bitcode compiled=${BPF_LINKER_LAB:-$HOME/.cache/bpf-linker-lab}/compiled
    find "$compiled" -name '*.bc' | sort | while read -r bitcode; do
        "$linker" "$bitcode" -o "$folder/out.o" --btf 2> /dev/null || true
        "$linker" "$bitcode" -o "$folder/out.o" --report "$folder/report" 2> /dev/null || true
    done
}

for part; do "$part"; done
echo "$(wc -l < "$SAME_BYTES_COUNT") links compared, $(wc -l < "$SAME_BYTES_LOG") of them differ"
[ ! -s "$SAME_BYTES_LOG" ] || { cat "$SAME_BYTES_LOG"; exit 1; }
