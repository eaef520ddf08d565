#!/usr/bin/env bash
# Links one program of each of many front ends, loads it, and prints the table "Other producers" of docs/compatibility.md.
# Fails where a cell is not "yes". Not part of CI: it fetches half a gigabyte.
#
# Compilers are unpacked into the lab, from Debian's sid in whatever version it has; the table says which. The running kernel
# loads the objects, through aya and libbpf of tests/loader, and through a newer aya; bpftool of sid opens them with the newest
# libbpf. Needs root.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
sources=$PWD/../tests/producers

# Packages of sid with all that they need, in a root of their own.
debian() (
    lab_done_if producers
    lab_begin producers
    lab_apt sid apt-get update -qq >&2
    mkdir -p "$work/debs/partial"
    lab_apt sid apt-get install -qq --yes --download-only --no-install-recommends coreutils clang-23 ldc bpftrace bpftool \
        -o Dir::Cache::archives="$work/debs" >&2
    local deb
    for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/root"; done
    rm -r "$work/debs"
    ln -s usr/bin usr/sbin usr/lib usr/lib64 "$work/root"
    mkdir -p "$work"/root/{dev,proc,sys,tmp,w}
    lab_finish producers
)

# Before 0.2 pythonbpf runs with Python 3.11, and attributes that it writes are those of llvmlite before 0.47.
python() (
    lab_done_if pythonbpf-0.1.9
    lab_begin pythonbpf-0.1.9
    pip install --quiet --disable-pip-version-check --root-user-action=ignore --only-binary=:all: --target "$work" \
        pythonbpf==0.1.9 llvmlite==0.46.0
    lab_finish pythonbpf-0.1.9
)

# A loader with aya 0.16. It asks for rustc 1.98, for one function that 1.95 and later have as unstable.
newer_aya() {
    mkdir -p target/producers
    cat > target/producers/Cargo.toml <<TOML
[package]
name = "loader"
version = "0.0.0"
edition = "2024"
[dependencies]
aya = "=0.16.0"
[[bin]]
name = "loader"
path = "$sources/loader.rs"
[workspace]
TOML
    RUSTC_BOOTSTRAP=1 RUSTFLAGS='-Z crate-attr=feature(result_option_map_or_default)' cargo build --quiet \
        --ignore-rust-version --manifest-path target/producers/Cargo.toml --target-dir target/producers
    echo target/producers/debug/loader
}

root=$(debian)/root
pythonbpf=$(python)
zig=$(bash ./zig.sh | grep 0.17)/ziglang/zig
llvm23=$(bash ./llvm23.sh)/lib/libLLVM.so.23.1
cd ..
linker=${BPF_LINKER_TEST_BIN:-target/debug/bpf-linker}
cargo build --quiet
loader=target/tests/lab/x86_64-unknown-linux-gnu/lab/bpf-lab
RUSTFLAGS='-C target-feature=+crt-static -L native=/usr/lib/x86_64-linux-gnu' CARGO_TARGET_DIR=target/tests/lab \
    cargo build --quiet --locked -p bpf-lab --profile lab --features static --target x86_64-unknown-linux-gnu
newer=$(newer_aya)
made=$(mktemp -d "$root/w/XXXXXX")
trap 'rm -rf "$made"' EXIT
cp "$sources"/* "$made"

inside() { chroot "$root" /usr/bin/env -C "/w/${made##*/}" PATH=/usr/bin:/usr/sbin HOME=/tmp "$@"; }

# bpftrace looks up what can be traced, also for `begin`; its mounts go with the namespace.
trace() {
    unshare --mount bash -euc '
        mount --rbind /sys "$1/sys"
        mount -t tracefs nodev "$1/sys/kernel/tracing"
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        root=$1 folder=$2
        shift 2
        exec chroot "$root" /usr/bin/env -C "$folder" PATH=/usr/bin:/usr/sbin HOME=/tmp "$@"
    ' sh "$root" "/w/${made##*/}" "$@"
}

rows=0 wrong=0

# row NAME INPUT [OPTION...]: links INPUT and says what loads it.
row() {
    local name=$1 input=$2 cells='' step
    shift 2
    if "$linker" --btf "$@" -o "$made/$input.o" "$made/$input" > "$made/log" 2>&1; then
        cells+=' yes |'
        for step in aya libbpf; do
            "$loader" load "$made/$input.o" --with "$step" >> "$made/log" 2>&1 && cells+=' yes |' || cells+=' no |'
        done
        "$newer" "$made/$input.o" >> "$made/log" 2>&1 && cells+=' yes |' || cells+=' no |'
        inside bpftool gen skeleton "$input.o" 2>> "$made/log" > /dev/null && cells+=' yes |' || cells+=' no |'
    else
        cells=' no | - | - | - | - |'
    fi
    echo "| $name |$cells"
    rows=$((rows + 1))
    case $cells in *no*) wrong=$((wrong + 1)) && sed 's/^/    /' "$made/log" >&2 ;; esac
}

echo "| program of | links | aya 0.14 | libbpf $("$loader" --version) | aya 0.16 | $(inside bpftool version | sed -n 's/using //p') opens |"
echo '|---|---|---|---|---|---|'

"$zig" build-obj -target bpfel-freestanding -O ReleaseSmall -fno-strip -fno-emit-bin -femit-llvm-bc="$made/zig.bc" \
    --cache-dir "$made/cache" --global-cache-dir "$made/cache" "$made/program.zig"
row "Zig $("$zig" version)" zig.bc

clang=$(inside clang-23 --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
inside clang-23 -O2 -g --target=bpf -emit-llvm -c program.c -o c.bc
inside clang-23 -O2 -g --target=bpf -fno-exceptions -fno-rtti -emit-llvm -c program.cc -o cc.bc
row "clang $clang, C, libLLVM 23" c.bc --llvm "$llvm23"
row "clang $clang, C++, libLLVM 23" cc.bc --llvm "$llvm23"
# LLVM reads no bitcode of a later version, but text where it has no new words.
llvm22=/usr/lib/x86_64-linux-gnu/libLLVM.so.22.1
inside clang-23 -O2 -g --target=bpf -emit-llvm -S program.c -o c.ll
row "clang $clang, C, as text, libLLVM 22" c.ll --llvm "$llvm22"
if "$linker" --btf --llvm "$llvm22" -o "$made/refused.o" "$made/c.bc" \
    > "$made/log" 2>&1 || ! grep -q 'too old for' "$made/log"; then
    echo "$0: libLLVM 22 took bitcode of clang $clang, or did not say why not" >&2
    wrong=$((wrong + 1))
fi

inside ldc2 -betterC -mtriple=bpfel -O2 -g --output-bc -c program.d -of=d.bc
row "$(inside ldc2 --version | sed -n '1s/.*(\([0-9.]*\)).*/LDC \1/p'), D" d.bc

trace bpftrace --emit-llvm bpftrace --dry-run -e "$(cat "$sources/program.bt")" > "$made/log" 2>&1
# bpftrace loads its programs by itself, and need not say of what type they are.
sed 's/section "s_begin_1"/section "raw_tracepoint"/' "$made/bpftrace.original.ll" > "$made/bpftrace.ll"
row "$(inside bpftrace --version | sed 's/ v/ /')" bpftrace.ll

PYTHONPATH=$pythonbpf python3 "$made/program.py" "$made/python.ll" > /dev/null 2>&1
row 'pythonbpf 0.1.9' python.ll

echo "$((rows - wrong)) passed, $wrong failed"
[ "$wrong" = 0 ]
