#!/usr/bin/env bash
# Builds the linker for other hosts, and compares what it links there with what it links on x86_64, byte by byte.
#
# usage: ci/hosts.sh [HOST...]     aarch64, s390x (big-endian), i686 (32 bits); by default all
#
# The libraries, rustc and libLLVM of each host are those of one suite of Debian, unpacked into the lab and laid under those of
# this machine (ci/host-root.sh), so cargo and clang run natively, and what is under test in an emulator. The examples are
# compiled by the rustc of that host, whose libLLVM the linker has to find. BPF_LINKER_HOSTS_FIXTURES='native/ btf/' takes those
# fixtures alone, BPF_LINKER_HOSTS_EXAMPLES=tracing that example, and an empty value none. Not part of CI: it takes half an hour.
set -euo pipefail
cd "$(dirname "$0")"
. ./lab.sh
. ./steps.sh
cd ..

# Host, architecture of Debian, and of the emulator.
hosts='
aarch64 arm64 aarch64
s390x s390x s390x
i686 i386 -
'
suite=trixie
# The mirror may lack files of an architecture that few use; libraries of a later suite do as well.
later=forky
packages=(rustc-web libstd-rust-web-1.96 libstd-rust-web-dev libllvm22 libc6 libc6-dev libatomic1 libgcc-s1 libgcc-14-dev
    libstdc++6 libffi8 libedit2 libz3-4 zlib1g libzstd1 libxml2 libtinfo6 libbsd0 libmd0 liblzma5 libicu76)

# Runs apt for the packages of another architecture: other_apt SUITE ARCHITECTURE COMMAND...
other_apt() {
    local suite=$1 architecture=$2 lists=$lab/apt-$1/lists-$2
    shift 2
    mkdir -p "$lists/partial"
    lab_apt "$suite" "$@" -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o Dir::State::lists="$lists"
}

# Unpacks rustc, libLLVM and all that these need: root HOST ARCHITECTURE EMULATOR
root() (
    lab_done_if "host-$1"
    lab_announce "rustc and libLLVM for $1" '2 minutes'
    lab_begin "host-$1"
    local package deb
    mkdir "$work/debs"
    cd "$work/debs"
    other_apt "$suite" "$2" apt-get update -qq >&2
    for package in "${packages[@]}"; do
        other_apt "$suite" "$2" apt-get download -qq "$package" 2> /dev/null && continue
        [ -e "$lab/apt-$later/lists-$2/lock" ] || other_apt "$later" "$2" apt-get update -qq >&2
        other_apt "$later" "$2" apt-get download -qq "$package"
        [ "$package" != libllvm22 ] || other_apt "$later" "$2" apt-get download -qq libxml2-16
    done
    # Of this machine: links for any architecture.
    apt-get download -qq lld-22
    for deb in *.deb; do dpkg -x "$deb" "$work"; done
    ls > "$work/packages.txt"
    [ "$3" = - ] || emulator "$3"
    rm -r "$work/debs" "$work/usr/share"
    # The machine's own rustc has the usual name.
    mv "$work/usr/bin/rustc" "$work/usr/bin/$1-rustc"
    lab_finish "host-$1"
)

# The emulator of programs, and the line that registers it: the first bytes of an ELF file, those that count, and what to run.
emulator() {
    local any='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff' little='\xfe\xff' none='\x00\x00\x00\x00\x00\x00\x00\x00'
    lab_apt "$suite" apt-get update -qq >&2
    lab_apt "$suite" apt-get download -qq qemu-user
    mkdir "$work/emulator"
    dpkg --fsys-tarfile qemu-user_*.deb | tar -x -C "$work/emulator" "./usr/bin/qemu-$1"
    case $1 in
        aarch64) magic="\\x7fELF\\x02\\x01\\x01\\x00$none\\x02\\x00\\xb7\\x00" mask="$any$little\\xff\\xff" ;;
        s390x) magic="\\x7fELF\\x02\\x02\\x01\\x00$none\\x00\\x02\\x00\\x16" mask="$any\\xff\\xfe\\xff\\xff" ;;
    esac
    echo ":$1:M::$magic:$mask:$lab/host-$1/emulator/usr/bin/qemu-$1:PF" > "$work/binfmt"
}

# Below the tree of HOST (ci/host-root.sh) from here on.

# Has clang link for the host: its own gcc would run in the emulator.
cross_linker() {
    local linker=$folder/link-$triple
    printf '#!/bin/sh\nexec /usr/lib/llvm-22/bin/clang --target=%s -fuse-ld=lld "$@"\n' "$triple" > "$linker"
    chmod +x "$linker"
    local name=${triple//-/_}
    export "CARGO_TARGET_${name^^}_LINKER=$linker"
}

build() {
    # Without optimization, which takes minutes, and saves less in the emulator: most of a link is LLVM. And without what a
    # second build would start from.
    RUSTC=/usr/bin/rustc CARGO_TARGET_DIR=$target/hosts CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0} CARGO_PROFILE_DEV_DEBUG=false \
        cargo build --quiet --locked --target "$triple"
}

# As rustc of the examples: that of the host compiles and links for BPF. What runs at build time the machine's own rustc compiles
# for the host, in a fraction of the time, unless that has to load a procedural macro, which only the host can.
split_rustc() {
    cat > "$folder/rustc" <<RUSTC
#!/bin/sh
case " \$* " in
    *" --crate-name "*" --target bpf"*) ;;
    *" --crate-name "[!_]*)
        if said=\$(/usr/bin/rustc --target=$triple -C linker=$folder/link-$triple "\$@" 2>&1); then
            echo "\$said" >&2
            exit
        fi
        ;;
esac
exec /usr/bin/$host-rustc "\$@"
RUSTC
    chmod +x "$folder/rustc"
}

# The linker of tests and builds: links with both and compares (ci/same-bytes.py).
pair() {
    local native=$folder/x86_64
    printf '#!/bin/sh\nBPF_LINKER_LLVM=%s exec %s "$@"\n' \
        /usr/lib/x86_64-linux-gnu/libLLVM.so.22.1 "$target/debug/bpf-linker" > "$native"
    cp ci/same-bytes.py "$folder/bpf-linker"
    chmod +x "$native" "$folder/bpf-linker"
    export SAME_BYTES_LINKER=$target/hosts/$triple/debug/bpf-linker SAME_BYTES_BASE=$native
    export SAME_BYTES_LOG=$folder/differences SAME_BYTES_COUNT=$folder/links
    rm -f "$SAME_BYTES_LOG" "$SAME_BYTES_COUNT"
    touch "$SAME_BYTES_LOG"
}

# The linker finds the libLLVM that its caller, the rustc of the host, has loaded.
found_llvm() {
    echo '#![no_std] #[unsafe(no_mangle)] static LICENSE: [u8; 4] = *b"GPL\0"; #[panic_handler]
        fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }' > "$folder/found.rs"
    "$host-rustc" --crate-type cdylib --target bpfel-unknown-none -C panic=abort -C linker="$SAME_BYTES_LINKER" \
        -C link-arg=--log-level=info -C link-arg=--log-file="$folder/found.log" "$folder/found.rs" -o "$folder/found.o"
    grep "loaded by the calling rustc" "$folder/found.log" | grep -v x86_64
}

# Starts a linker that emulated links are forked from (ci/warm-links.c), and makes some links of several kinds in it.
warm() {
    local include=$lab/host-$host/usr/include name
    # Headers of Linux are much the same everywhere.
    "$folder/link-$triple" -O1 -Wall -Wextra -Wno-unused-parameter -shared -fPIC -isystem "$include" \
        -isystem "$include/${triple/-unknown/}" -idirafter /usr/include/x86_64-linux-gnu -o "$folder/warm.so" ci/warm-links.c
    export SAME_BYTES_SERVER=$folder/server
    rm -f "$SAME_BYTES_SERVER"
    QEMU_SET_ENV=LD_PRELOAD=$folder/warm.so WARM_LLVM=$llvm WARM_SOCKET=$SAME_BYTES_SERVER "$SAME_BYTES_LINKER" &
    server=$!
    trap 'kill "$server"' EXIT
    until [ -S "$SAME_BYTES_SERVER" ]; do
        kill -0 "$server"
        sleep 0.2
    done
    for name in balancer.bpf lib/flow lib/checksum; do
        clang-22 -target bpf -O2 -g -I examples/c-library/include -emit-llvm -c "examples/c-library/$name.c" \
            -o "$folder/${name##*/}.bc"
        clang-22 -target bpf -O2 -g -I examples/c-library/include -c "examples/c-library/$name.c" -o "$folder/${name##*/}.o"
    done
    for name in bc o; do
        "$folder/bpf-linker" --warm --llvm "$llvm" --btf -o "$folder/warm.o" "$folder"/{balancer.bpf,flow,checksum}."$name"
    done
    "$folder/bpf-linker" --warm --llvm "$llvm" -O1 --emit "llvm-ir,asm=$folder/warm.s" -o "$folder/warm.ll" "$folder/flow.bc"
}

fixtures() {
    local part
    for part in ${BPF_LINKER_HOSTS_FIXTURES:-/}; do
        BPF_LINKER_TEST_BIN=$folder/bpf-linker cargo test --quiet --locked --test cases -- "$part"
    done
}

examples() {
    local example
    split_rustc
    # aya-ebpf has bindings for the architecture of the host, and none for this one.
    [ "$host" != i686 ] || export AYA_BPF_TARGET_ARCH=x86_64
    export CARGO_TARGET_BPFEL_UNKNOWN_NONE_LINKER=$folder/bpf-linker CLANG=clang-22 LLVM_AR=llvm-ar-22
    for example in examples/${BPF_LINKER_HOSTS_EXAMPLES:-*}/Cargo.toml; do
        (
            cd "$(dirname "$example")"
            export RUSTC=$folder/rustc RUSTFLAGS='-C debuginfo=2 -C link-arg=--btf'
            cargo build --quiet --locked --release --target bpfel-unknown-none --target-dir "$folder/examples"
        )
    done
    make --quiet -C examples/c-library OUT="$folder/c-library" LINKER="$folder/bpf-linker" \
        CLANG=clang-22 LLVM_AR=llvm-ar-22
}

inside() {
    host=$1 triple=$1-unknown-linux-gnu llvm=/usr/lib/$1-linux-gnu/libLLVM.so.22.1 target=${CARGO_TARGET_DIR:-$PWD/target}
    folder=$target/hosts/$host
    mkdir -p "$folder"
    cross_linker
    step "linker for $triple" '2 minutes' build
    pair
    step "libLLVM of rustc" '10 seconds' found_llvm
    [ "${BPF_LINKER_HOSTS_EXAMPLES-all}" = '' ] || step "examples" '5 minutes' examples
    if [ -e "$lab/host-$host/binfmt" ]; then
        step "warm links" '20 seconds' warm
    fi
    step "fixtures" '5 minutes' fixtures
    echo "$host: $(wc -l < "$SAME_BYTES_COUNT") links compared, $(wc -l < "$SAME_BYTES_LOG") of them differ"
    cat "$SAME_BYTES_LOG"
    [ ! -s "$SAME_BYTES_LOG" ]
}

if [ "${1:-}" = --inside ]; then
    inside "$2"
    exit
fi

cargo build --quiet --locked
cargo test --quiet --locked --test cases --no-run
while read -r host architecture emulator <&3; do
    [ -n "$host" ] || continue
    [ $# = 0 ] || [[ " $* " == *" $host "* ]] || continue
    root=$(root "$host" "$architecture" "$emulator")
    ci/host-root.sh "$root" ci/hosts.sh --inside "$host"
done 3<<< "$hosts"
