#!/usr/bin/env bash
# The bpf-linker that others use today, for tests that compare: $lab/incumbent-0.13.0/bin/bpf-linker. Prints the folder.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
version=0.13.0
folder=$lab/incumbent-$version
if [ ! -x "$folder/bin/bpf-linker" ]; then
    lab_announce "bpf-linker $version" '2 minutes'
    LLVM_PREFIX=/usr/lib/llvm-22 cargo install --quiet --locked bpf-linker --version "$version" \
        --no-default-features --features llvm-22 --root "$folder" --target-dir "$lab/incumbent-target" >&2
    rm -rf "$lab/incumbent-target"
fi
echo "$folder"
