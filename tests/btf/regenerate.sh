#!/bin/sh
# Makes constructs-llvm{19,22}.{btf,ext} of constructs.rs, and c-llvm22.{btf,ext} of c-constructs.c: what LLVM emits
# when nobody mends it.
# Needs Debian's rustc for BPF, llvm-22, clang-22 and llvm-19. LLVM 19 reads the newer IR once the newer attributes are off.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
/usr/bin/rustc --edition 2024 --crate-type lib --target bpfel-unknown-none -O -C debuginfo=2 -C panic=abort \
    --remap-path-prefix "$PWD=/src" --emit=llvm-ir -o "$work/22.ll" constructs.rs
sed -E -e '/llvm\.lifetime/d' -e 's/captures\([^)]*\)//g' -e 's/ nocreateundeforpoison//g' \
    -e 's/, (errnomem|target_mem[0-9]): [a-z]+//g' -e 's/ dead_on_return//g' "$work/22.ll" >"$work/19.ll"
for llvm in 19 22; do
    "llc-$llvm" -march=bpfel -filetype=obj "$work/$llvm.ll" -o "$work/$llvm.o"
    llvm-objcopy-22 --dump-section ".BTF=constructs-llvm$llvm.btf" \
        --dump-section ".BTF.ext=constructs-llvm$llvm.ext" "$work/$llvm.o"
done
clang-22 -O2 -g -target bpf "-fdebug-prefix-map=$PWD=/src" -c c-constructs.c -o "$work/c.o"
llvm-objcopy-22 --dump-section .BTF=c-llvm22.btf --dump-section .BTF.ext=c-llvm22.ext "$work/c.o"
