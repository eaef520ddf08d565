#!/usr/bin/env bash
# Sources of real BPF programs in C, with the headers that they are compiled with: the kernel's selftests, xdp-tools, and
# four schedulers. Prints their folders. With `all`, then runs all of them, which takes twenty minutes of CPU time; the tests of
# every day run a part.
#
# usage: ci/corpora.sh [all]
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh

# The kernel's selftests, and of its tools the headers of libbpf.
selftests() {
    local folder=$1 tree=$1/linux-source
    mkdir -p "$folder/packages" "$tree" "$folder/selftests" "$folder/include/bpf"
    lab_apt bookworm apt-get update -qq >&2
    (cd "$folder/packages" && lab_apt bookworm apt-get download -qq linux-source-6.1)
    dpkg -x "$folder"/packages/linux-source-6.1_*.deb "$folder/packages"
    tar -C "$tree" --strip-components=1 -xJf "$folder/packages/usr/src/linux-source-6.1.tar.xz" \
        linux-source-6.1/tools/{testing/selftests/bpf,lib/bpf,include/uapi} linux-source-6.1/scripts/bpf_doc.py
    cp -r "$tree"/tools/testing/selftests/bpf/{progs,*.h} "$folder/selftests/"
    cp -r "$tree/tools/include/uapi" "$folder/uapi"
    # The machine has those of its architecture.
    rm -r "$folder/uapi/asm"
    cp "$tree"/tools/lib/bpf/*.h "$folder/include/bpf/"
    python3 "$tree/scripts/bpf_doc.py" --header --file "$tree/tools/include/uapi/linux/bpf.h" \
        > "$folder/include/bpf/bpf_helper_defs.h"
    dpkg-deb --field "$folder"/packages/linux-source-6.1_*.deb Version > "$folder/selftests.version"
    rm -rf "$folder/packages" "$tree"
}

# The source package, of the first suite whose mirror has all of it. What others say is of interest when none has.
xdp_tools() {
    local folder=$1/xdp-tools suite state=$lab/apt-sources
    mkdir -p "$folder/package" "$state/lists/partial" "$state/cache/archives/partial"
    : > "$state/status"
    local options=(-o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache"
        -o APT::Sandbox::User=root)
    for suite in bookworm trixie sid; do
        rm -f "$folder"/package/*
        echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(lab_mirror) $suite main" \
            > "$state/sources.list"
        {
            apt-get update -qq "${options[@]}" &&
                (cd "$folder/package" && apt-get source --download-only -qq "${options[@]}" xdp-tools)
        } >> "$state/log" 2>&1 && break
    done
    ls "$folder"/package/xdp-tools_*.dsc > /dev/null 2>&1 || {
        cat "$state/log" >&2
        echo "$0: no suite has xdp-tools" >&2
        exit 1
    }
    tar -C "$folder" --strip-components=1 -xzf "$folder"/package/xdp-tools_*.orig.tar.gz
    (cd "$folder/package" && ls xdp-tools_*.dsc) | sed 's/xdp-tools_\(.*\)[.]dsc/\1/' > "$1/xdp-tools.version"
    rm -rf "$folder/package" "$state"
}

# The schedulers, and the headers that they share; cargo unpacks crates where it keeps them.
schedulers() {
    local folder=$1 crates=$1/crates name
    mkdir -p "$crates" "$folder/libbpf/bpf"
    printf '[package]\nname = "sources"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "empty.rs"\n' \
        > "$crates/Cargo.toml"
    printf '[dependencies]\n' >> "$crates/Cargo.toml"
    printf '%s\n' 'scx_bpfland = "=1.1.4"' 'scx_cosmos = "=1.1.7"' 'scx_rusty = "=1.1.4"' 'scx_lavd = "=1.1.4"' \
        'scx_cargo = "=1.1.4"' 'libbpf-sys = "=1.7.0"' >> "$crates/Cargo.toml"
    touch "$crates/empty.rs"
    (cd "$crates" && cargo vendor --quiet vendor > /dev/null)
    for name in scx_bpfland scx_cosmos scx_rusty scx_lavd; do
        mkdir "$folder/$name"
        cp -r "$crates/vendor/$name/src" "$crates/vendor/$name/build.rs" "$folder/$name/"
    done
    cp -r "$crates/vendor/scx_cargo/bpf_h" "$folder/include"
    tar -C "$folder/include" --zstd -xf "$crates/vendor/scx_cargo/vmlinux.tar.zst"
    cp "$crates"/vendor/libbpf-sys/libbpf/src/*.h "$folder/libbpf/bpf/"
    rm -rf "$crates"
}

fetch_tools() (
    lab_done_if corpora
    lab_announce 'selftests and xdp-tools' 'a minute'
    lab_begin corpora
    selftests "$work"
    xdp_tools "$work"
    lab_finish corpora
)

fetch_schedulers() (
    lab_done_if schedulers
    lab_announce schedulers '30 seconds'
    lab_begin schedulers
    schedulers "$work"
    lab_finish schedulers
)

fetch_tools
fetch_schedulers
# The types of the running kernel, which the selftests are compiled with.
types=$lab/corpora/kernel-$(uname -r)
if [ ! -e "$types/vmlinux.h" ]; then
    mkdir -p "$types"
    bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)
    "$bpftool" btf dump file /sys/kernel/btf/vmlinux format c > "$types/vmlinux.h.new"
    mv "$types/vmlinux.h.new" "$types/vmlinux.h"
fi

if [ "${1:-}" = all ]; then
    cd ..
    BPF_LINKER_CORPORA=all cargo test --test system corpora:: -- --nocapture
fi
