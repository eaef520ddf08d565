#!/usr/bin/env bash
# Linking renumbers BTF types, but not the type numbers that stand in instructions.
#
# Tools: bpftool 7.8.0 with libbpf 1.8 (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1).
# Expected: `__builtin_btf_type_id(.., 0)` puts the number of a type of this object into an ld_imm64; when `bpftool gen object`
# merges the types of two objects, it changes the CO-RE record and the instruction alike.
# Seen: only the record. `struct common` is type 6 of the linked object; the code of the second input still says 7. libbpf's own
# loader overwrites the number without looking; loaders that compare instruction and record first (cilium/ebpf) refuse the object.
#     struct common is type 6; the instructions say 6 7
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
unpack bpftool=7.8.0+7.2.13-1
wait "$!"
cat > "$root/w/a.c" <<'C'
struct first { int x; };
struct common { int c; };
__attribute__((section("socket"))) int one(struct first *p) { return p->x + __builtin_btf_type_id(*(struct common *)0, 0); }
C
cat > "$root/w/b.c" <<'C'
struct other { int z[5]; };
struct second { int x; struct other *y; };
struct common { int c; };
__attribute__((section("socket"))) int two(struct second *p) { return p->x + __builtin_btf_type_id(*(struct common *)0, 0); }
C
for file in a b; do compile -c "$root/w/$file.c" -o "$root/w/$file.o"; done
inside bpftool version | sed -n 1,2p
inside bpftool gen object both.o a.o b.o
type=$(inside bpftool btf dump file both.o | sed -n "s/^\[\([0-9]*\)\] STRUCT 'common'.*/\1/p")

pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
said=$(PYTHONPATH=$work/py python3 - "$root/w/both.o" <<'PY'
import struct, sys
from elftools.elf.elffile import ELFFile
code = ELFFile(open(sys.argv[1], "rb")).get_section_by_name("socket").data()
print(*[struct.unpack_from("<i", code, at + 4)[0] for at in range(0, len(code), 8) if code[at] == 0x18])
PY
)
echo "struct common is type $type; the instructions say $said"
[ "$type/$said" = "6/6 7" ] || {
    echo "changed: instructions and types agree" >&2
    exit 1
}
