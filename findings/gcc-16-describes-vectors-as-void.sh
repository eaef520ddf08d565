#!/usr/bin/env bash
# GCC describes a vector type as void in BTF, and one structure with such a member costs an object all of its BTF.
#
# Tools: GCC 16.2.0 for BPF, clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1), the running kernel (6.18 here). Needs the right to load
# BPF programs.
# Expected: `int __attribute__((vector_size(16)))` is an array of four, as clang has it.
# Seen: the typedef of it is one of type 0, void. The kernel takes no member, variable or array of void, and BTF is taken as a whole.
#     GCC: v4 is void, kernel: Invalid member; clang: v4 is an array, kernel: accepted
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
unpack gcc-bpf=16.2.0-3+2
wait "$!"
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
cat > "$root/w/vector.c" <<'C'
typedef int v4 __attribute__((vector_size(16)));
struct state { int n; v4 v; };
__attribute__((section("socket"))) int prog(struct state *state) { return state->n; }
C
inside bpf-gcc --version | sed -n 1p
inside bpf-gcc -O2 -gbtf -c vector.c -o gcc.o
compile -c "$root/w/vector.c" -o "$root/w/clang.o"

# Finds the typedef in .BTF, says what it stands for, and what the kernel says of the whole section.
cat > "$work/look.py" <<'PY'
import ctypes, os, struct, sys
from elftools.elf.elffile import ELFFile
BTF_LOAD, NR_BPF = 18, {"x86_64": 321, "aarch64": 280}[os.uname().machine]
PTR, ARRAY, TYPEDEF, NAMES = 2, 3, 8, {0: "void", 3: "an array"}
# Bytes that follow a type: those of each member, and others.
EACH, OTHER = {4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12}, {1: 4, 3: 12, 14: 4, 17: 4}
btf = ELFFile(open(sys.argv[1], "rb")).get_section_by_name(".BTF").data()
header, types, size, strings = struct.unpack_from("<IIII", btf, 4)
kinds, target, at = [0], None, header + types
while at < header + types + size:
    name, info, points_at = struct.unpack_from("<III", btf, at)
    kind, count = info >> 24 & 31, info & 0xFFFF
    name = btf[header + strings + name:].split(b"\0")[0]
    kinds.append(kind)
    if kind == TYPEDEF and name == b"v4":
        target = points_at
    at += 12 + EACH.get(kind, 0) * count + OTHER.get(kind, 0)
data, log = ctypes.create_string_buffer(btf, len(btf)), ctypes.create_string_buffer(1 << 16)
attributes = struct.pack("<QQIIII", ctypes.addressof(data), ctypes.addressof(log), len(btf), len(log), 1, 0)
attributes = ctypes.create_string_buffer(attributes, 128)
libc = ctypes.CDLL(None, use_errno=True)
accepted = libc.syscall(NR_BPF, BTF_LOAD, attributes, len(attributes)) >= 0
words = log.value.decode().split()
said = "accepted" if accepted else " ".join(words[-2:]) or f"{os.strerror(ctypes.get_errno())}; this needs the right to load programs"
print(f"v4 is {NAMES.get(kinds[target], kinds[target])}, kernel: {said}")
PY
look() { PYTHONPATH=$work/py python3 "$work/look.py" "$1"; }
seen="GCC: $(look "$root/w/gcc.o"); clang: $(look "$root/w/clang.o")"
echo "$seen"
[ "$seen" = 'GCC: v4 is void, kernel: Invalid member; clang: v4 is an array, kernel: accepted' ] || {
    echo "changed: GCC describes vectors, or the kernel takes them" >&2
    exit 1
}
