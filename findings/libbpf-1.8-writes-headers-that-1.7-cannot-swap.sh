#!/usr/bin/env bash
# libbpf 1.8 writes a longer header into .BTF, and readers with libbpf 1.7 refuse it if the byte order is not theirs.
#
# Tools: bpftool 7.8.0 with libbpf 1.8, pahole 1.32 with libbpf 1.7.0 (all Debian sid), clang 22.1.8 (`zig cc` of PyPI's
# ziglang 0.17.1).
# Expected: an object that `bpftool gen object` writes can be read wherever its inputs could be.
# Seen: the linked header has 32 bytes instead of 24; the eight new ones are zero. In the host's byte order that goes well, since unknown
# zeros are skipped. libbpf before 1.8 swaps only headers of 24 bytes, so big-endian objects end there.
#     bpfel: 24 bytes read, linked: 32 bytes read; bpfeb: 24 bytes read, linked: 32 bytes refused
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
compile() { "$work/ziglang/zig" cc -target "$1-freestanding" -O2 -g -fno-unwind-tables -fno-asynchronous-unwind-tables -c "$2" -o "$3"; }

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
unpack bpftool=7.8.0+7.2.13-1 pahole=1.32-1
wait "$!"
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
cat > "$root/w/prog.c" <<'C'
struct context { int a, b; };
__attribute__((section("socket"))) int prog(struct context *c) { return c->a + c->b; }
C
inside bpftool version | sed -n 1,2p
echo "pahole $(inside pahole --version)"

header() {
    PYTHONPATH=$work/py python3 - "$root/w/$1" <<'PY'
import struct, sys
from elftools.elf.elffile import ELFFile
file = ELFFile(open(sys.argv[1], "rb"))
print(*struct.unpack_from("<I" if file.little_endian else ">I", file.get_section_by_name(".BTF").data(), 4))
PY
}
# Whether pahole finds the structure in BTF; what libbpf says goes to the log.
read_back() { inside pahole -F btf -C context "$1" 2>> "$work/log" | grep -q 'struct context {' && echo read || echo refused; }
seen=
for order in bpfel bpfeb; do
    compile "$order" "$root/w/prog.c" "$root/w/$order.o"
    inside bpftool gen object "$order-linked.o" "$order.o"
    seen+="${seen:+; }$order: $(header "$order.o") bytes $(read_back "$order.o"), linked: "
    seen+="$(header "$order-linked.o") bytes $(read_back "$order-linked.o")"
done
echo "$seen"
cat "$work/log"
expected='bpfel: 24 bytes read, linked: 32 bytes read; bpfeb: 24 bytes read, linked: 32 bytes refused'
[ "$seen" = "$expected" ] && grep -q 'non-native endianness due to unsupported header length 32' "$work/log" || {
    echo "changed: another header, or another reader" >&2
    exit 1
}
