#!/usr/bin/env bash
# Zig 0.15.2 (LLVM 20), 0.16.0 (LLVM 21) and 0.17.1 (LLVM 22), as $lab/zig-VERSION/ziglang/zig. Prints the folders.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh

fetch() (
    name=zig-$1
    lab_done_if "$name"
    lab_begin "$name"
    pip install --quiet --disable-pip-version-check --no-deps --no-compile --root-user-action=ignore \
        --only-binary=:all: --target "$work" "ziglang==$1"
    [ "$("$work/ziglang/zig" version)" = "$1" ] || {
        echo "zig.sh: zig $1 does not run" >&2
        exit 1
    }
    lab_finish "$name"
)

for version in 0.15.2 0.16.0 0.17.1; do
    fetch "$version"
done
