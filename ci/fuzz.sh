#!/usr/bin/env bash
# Feeds every fuzz target for seconds, those of response files and of the BTF codec longest; ci/long.sh does for minutes.
# A finding fails the run. `join` is young and still has findings: ci/long.sh alone feeds it.
#
# usage: ci/fuzz.sh [TARGET [SECONDS]]
# Only the compiler of the tests and g++ are needed, no nightly one and no cargo-fuzz, with which the targets work too.
# Findings are left in fuzz/artifacts, what was learnt in fuzz/corpus; neither is committed, but fuzz/seeds is.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(response:30 btf:30 merge:30 arguments:20 inputs:20 object:20 producer:5 scripts:10)
[ $# = 0 ] || targets=("$1:${2:-60}")

host=$(rustc -vV | sed -n 's/^host: //p')
coverage=(
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
    -Ccodegen-units=1
    --cfg fuzzing
)
# With --target, build scripts and macros are left alone.
RUSTFLAGS="${coverage[*]}" CARGO_TARGET_DIR=fuzz/target \
    cargo build --quiet --locked --release --manifest-path fuzz/Cargo.toml --target "$host"

# Seeds that are made of fixtures: two bytes of length, the section .BTF, and .BTF.ext.
mkdir -p fuzz/corpus/btf
for section in tests/btf/*.btf; do
    length=$(wc -c < "$section")
    {
        # shellcheck disable=SC2059 # the escapes are meant
        printf "\\x$(printf %02x $((length % 256)))\\x$(printf %02x $((length / 256)))"
        cat "$section" "${section%.btf}.ext"
    } > "fuzz/corpus/btf/$(basename "$section")"
done

mkdir -p fuzz/corpus/merge fuzz/corpus/join
cp fuzz/corpus/btf/* fuzz/corpus/merge/
cp fuzz/seeds/object/* fuzz/corpus/join/

# Feeds the target of TARGET:SECONDS.
feed() {
    local target=${1%:*} seconds=${1#*:}
    mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target" "fuzz/seeds/$target"
    local log=fuzz/artifacts/$target.log
    if ! "fuzz/target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="fuzz/artifacts/$target/" "fuzz/corpus/$target" "fuzz/seeds/$target" 2> "$log"; then
        tail -n 60 "$log" >&2
        echo "ci/fuzz.sh: $target has a finding; see fuzz/artifacts/$target" >&2
        return 1
    fi
    echo "fuzz $target: $(sed -n 's/^Done \([0-9]* runs\) in \(.*\)$/\1 in \2/p' "$log"), no finding"
}

# As many at a time as there are processors; xargs fails when one of them does.
export host
export -f feed
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -euo pipefail -c 'feed {}'
