#!/usr/bin/env bash
# GCC passes a struct of two ints by reference, clang in a register; their objects link, and BTF says the same of both.
#
# Tools: GCC 16.2 for BPF (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1), bpftool 7.8.0 with libbpf 1.8.
# Expected: one calling convention for `int both(struct pair)`, or a linker that notices.
# Seen: for GCC r1 is an address (the function loads from r1), for clang r1 holds both members (it shifts r1). `bpftool gen object` links a
# caller of the one with a callee of the other, exit code 0, since it compares types only.
#     gcc: loads through r1: yes; clang: loads through r1: no; linked with each other: yes
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
unpack bpftool=7.8.0+7.2.13-1 gcc-bpf=16.2.0-3+2
wait "$!"
cat > "$root/w/callee.c" <<'C'
struct pair { int a, b; };
__attribute__((noinline)) int both(struct pair pair) { return pair.a ^ pair.b; }
C
cat > "$root/w/caller.c" <<'C'
struct pair { int a, b; };
int both(struct pair pair);
__attribute__((section("socket"))) int prog(int *c) { struct pair pair = {c[0], c[1]}; return both(pair); }
C
inside bpf-gcc --version | sed -n 1p
inside bpf-gcc -O2 -g -gbtf -c callee.c -o gcc.o
compile -c "$root/w/callee.c" -o "$root/w/clang.o"
compile -c "$root/w/caller.c" -o "$root/w/caller.o"
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32

# Whether the function loads from memory: class LDX.
loads() {
    PYTHONPATH=$work/py python3 - "$root/w/$1.o" <<'PY'
import sys
from elftools.elf.elffile import ELFFile
code = ELFFile(open(sys.argv[1], "rb")).get_section_by_name(".text").data()
print("yes" if any(code[at] & 7 == 1 for at in range(0, len(code), 8)) else "no")
PY
}
gcc=$(loads gcc) clang=$(loads clang)
inside bpftool gen object mixed.o caller.o gcc.o && linked=yes || linked=no
echo "gcc: loads through r1: $gcc; clang: loads through r1: $clang; linked with each other: $linked"
inside bpftool btf dump file gcc.o | grep -A1 FUNC_PROTO
inside bpftool btf dump file clang.o | grep -A1 FUNC_PROTO
[ "$gcc/$clang/$linked" = yes/no/yes ] || {
    echo "changed: one convention, or a linker that looks" >&2
    exit 1
}
