#!/usr/bin/env bash
# Opens the HTML reports of an aya program and of a large scheduler in headless Chromium. The screenshots are in
# target/tests/browser. Not part of CI, since Chromium and its driver are 400 MB of packages.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/steps.sh

command -v chromedriver > /dev/null || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends chromium chromium-driver > /dev/null
}
cargo build --quiet --locked
PATH="${CARGO_TARGET_DIR:-$PWD/target}/debug:/usr/lib/llvm-22/bin:$PATH"
pages=${CARGO_TARGET_DIR:-$PWD/target}/tests/browser
mkdir -p "$pages"

aya() {
    (cd examples/tracing && RUSTC=/usr/bin/rustc \
        RUSTFLAGS="-C debuginfo=2 -C link-arg=--btf -C link-arg=--report-html=$pages/tracing.html" \
        cargo build --quiet --locked --release --target bpfel-unknown-none --target-dir "$pages/target")
}

# As tests/system/corpora compiles it.
lavd() {
    local lab=${BPF_LINKER_LAB:-$HOME/.cache/bpf-linker-lab}/schedulers source folder includes=()
    [ -e "$lab/.complete" ] || ci/corpora.sh > /dev/null
    for folder in include/vmlinux/arch/x86 include/vmlinux include include/bpf-compat libbpf; do
        includes+=(-I "$lab/$folder")
    done
    mkdir -p "$pages/lavd"
    while read -r source; do
        clang -target bpf -O2 -g -w -mcpu=v4 -D__TARGET_ARCH_x86 -D__SCX_TARGET_ARCH_x86 "${includes[@]}" \
            -idirafter "/usr/include/$(uname -m)-linux-gnu" -emit-llvm -c "$lab/scx_lavd/$source" -o "$pages/lavd/$(basename "$source" .c).bc"
    done < <(grep -o '"[^"]*\.bpf\.c"' "$lab/scx_lavd/build.rs" | tr -d '"')
    bpf-linker --btf --report-html "$pages/scx_lavd.html" -o "$pages/scx_lavd.o" "$pages"/lavd/*.bc
}

step 'an aya program' 'a minute' aya
step scx_lavd 'a minute' lavd
step 'both in the browser' '20 seconds' ci/browser.py "$pages" "$pages/tracing.html" "$pages/scx_lavd.html"
