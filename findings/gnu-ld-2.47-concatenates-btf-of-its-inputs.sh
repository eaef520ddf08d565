#!/usr/bin/env bash
# GNU ld appends one .BTF section to the other, and everybody reads the first alone.
#
# Tools: GNU ld 2.47 for BPF (Debian sid), bpftool 7.8.0 with libbpf 1.8, clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1).
# Expected: `bpf-ld -r` merges BTF, drops it, or refuses inputs that both have it.
# Seen: exit code 0 and no message. The section holds both blobs, headers included; what follows the first header's length is never
# looked at, so the second program has code and a symbol, and no BTF at all.
#     code of the linked object: pa pb; BTF headers: 2; functions that bpftool sees: pa
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ZIG_GLOBAL_CACHE_DIR=$work/cache ZIG_LOCAL_CACHE_DIR=$work/cache

# Of the package's 20 000 files a C compiler needs few.
get_zig() {
    pip download --quiet --disable-pip-version-check --no-deps --dest "$work" ziglang==0.17.1
    unzip -q "$work"/ziglang-*.whl ziglang/zig ziglang/lib/std/std.zig 'ziglang/lib/include/*' -d "$work"
    chmod +x "$work/ziglang/zig"
}
compile() { "$work/ziglang/zig" cc -target bpfel-freestanding -O2 -g -fno-unwind-tables -fno-asynchronous-unwind-tables "$@"; }

# unpack PACKAGE=VERSION...: unpacks packages of Debian's sid, and what they need, into $root. The machine's own stay.
root=$work/root
unpack() {
    local apt=$work/apt mirror deb
    mirror=$(sed -n '/security/d; s/^URIs: *//p' /etc/apt/sources.list.d/*.sources | sed -n 1p)
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root/w"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" > "$apt/sources.list"
    : > "$apt/status"
    local options=(-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Cache="$apt"
        -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" -o APT::Sandbox::User=root -qq)
    apt-get "${options[@]}" update
    apt-get "${options[@]}" install --yes --download-only --no-install-recommends "$@" coreutils > /dev/null
    for deb in "$apt"/archives/*.deb; do dpkg -x "$deb" "$root"; done
    ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root"
}

# Runs a command of $root in its folder /w.
inside() { chroot "$root" /usr/bin/env -C /w PATH=/usr/bin:/usr/sbin "$@"; }

get_zig &
unpack bpftool=7.8.0+7.2.13-1 binutils-bpf=2.47-6+2
wait "$!"
for name in a b; do
    echo "__attribute__((section(\"socket/$name\"))) int p$name(void *c) { return 1; }" > "$work/$name.c"
    compile -c "$work/$name.c" -o "$root/w/$name.o"
done
inside bpf-ld --version | sed -n 1p
inside bpf-ld -r a.o b.o -o both.o
code=$(inside bpf-nm both.o | sed -n 's/.* T //p' | paste -sd ' ')
inside bpf-objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc both.o btf
# Magic, version 1, no flags, a header of 24 bytes.
headers=$(python3 -c 'import sys; print(open(sys.argv[1], "rb").read().count(b"\x9f\xeb\x01\x00\x18\x00\x00\x00"))' "$root/w/btf")
seen=$(inside bpftool btf dump file both.o | sed -n "s/.* FUNC '\(.*\)' .*/\1/p" | paste -sd ' ')
echo "code of the linked object: $code; BTF headers: $headers; functions that bpftool sees: $seen"
[ "$code/$headers/$seen" = "pa pb/2/pa" ] || {
    echo "changed: BTF is merged, or not there" >&2
    exit 1
}
