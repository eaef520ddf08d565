#!/usr/bin/env bash
# A libLLVM 23 with the BPF and X86 targets that runs on Debian 12, as $lab/llvm-23/lib/libLLVM.so.23.1. Prints the
# folder.
#
# The distribution's own wants a newer C library, so the static archives of two Python packages are linked into a
# shared library here, which takes some seconds.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
lab_done_if llvm-23
lab_announce 'libLLVM 23' '30 seconds'
lab_begin llvm-23

version=23.1.1.post0
pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$work/wheels" \
    "mlc-llvm-static==$version" "mlc-llvm-static-extra-targets==$version"
for wheel in "$work"/wheels/*.whl; do
    unzip -q -o "$wheel" -d "$work/sdk"
done
rm -r "$work/wheels"

mapfile -t archives < <(find "$work/sdk" -name 'libLLVM*.a' | LC_ALL=C sort)
# The compression libraries that the archives call come with them; only what is called is taken.
mapfile -t others < <(find "$work/sdk" \( -name 'libz.a' -o -name 'libzstd*.a' \) | LC_ALL=C sort)
echo 'LLVM_23.1 { global: LLVM*; local: *; };' > "$work/exports"
mkdir "$work/lib"
g++ -shared -o "$work/lib/libLLVM.so.23.1" -Wl,-z,defs -Wl,-soname,libLLVM.so.23.1 \
    "-Wl,--version-script=$work/exports" -Wl,--whole-archive "${archives[@]}" -Wl,--no-whole-archive \
    "${others[@]}" -lpthread -ldl -lm
# Not grep -q: it would leave early, and pipefail would take nm's broken pipe for a failure.
nm -D --defined-only "$work/lib/libLLVM.so.23.1" | grep ' LLVMInitializeBPFTarget@*' > /dev/null || {
    echo "$0: the library made of $version has no BPF target" >&2
    exit 1
}
rm -r "$work/sdk" "$work/exports"
lab_finish llvm-23
