#!/usr/bin/env bash
# GCC's callers leave the upper bits of an `unsigned char` argument as they are; clang's callees take them for zero.
#
# Tools: GCC 16.2 for BPF (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1).
# Expected: one rule of who extends a narrow argument, as both follow the same psABI document and linkers join their objects.
# Seen: GCC masks in the callee alone, clang in the caller alone. A caller of GCC and a callee of clang together mask nowhere, so
# `is_255(0x1ff)` is false; the other way round both mask.
#     clears the upper bits: gcc caller no, gcc callee yes, clang caller yes, clang callee no
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
cat > "$root/w/callee.c" <<'C'
__attribute__((noinline)) int is_255(unsigned char byte) { return byte == 255 ? 2 : 1; }
C
cat > "$root/w/caller.c" <<'C'
int is_255(unsigned char byte);
__attribute__((section("socket"))) int prog(int *c) { return is_255(c[0] + c[1]); }
C
inside bpf-gcc --version | sed -n 1p
for file in caller callee; do
    inside bpf-gcc -mcpu=v2 -O2 -c "$file.c" -o "$file-gcc.o"
    compile -mcpu=v2 -c "$root/w/$file.c" -o "$root/w/$file-clang.o"
done
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32

# Whether the function clears upper bits: an AND with 255 or a pair of shifts by 56, of 64 or 32 bits.
seen=$(PYTHONPATH=$work/py python3 - "$root/w" <<'PYTHON'
import struct, sys
from elftools.elf.elffile import ELFFile

def clears(path, name):
    with open(path, "rb") as file:
        elf = ELFFile(file)
        symbol = elf.get_section_by_name(".symtab").get_symbol_by_name(name)[0]
        code = elf.get_section(symbol["st_shndx"]).data()
    instructions = [struct.unpack_from("<BBhi", code, at) for at in range(0, len(code), 8)]
    masks = any(op in (0x57, 0x54) and imm == 255 for op, _, _, imm in instructions)
    shifts = any(op == 0x77 and imm == 56 for op, _, _, imm in instructions)
    return "yes" if masks or shifts else "no"

print(", ".join(f"{who} {side} {clears(f'{sys.argv[1]}/{side}-{who}.o', name)}"
                for who in ("gcc", "clang") for side, name in (("caller", "prog"), ("callee", "is_255"))))
PYTHON
)
echo "clears the upper bits: $seen"
test "$seen" = 'gcc caller no, gcc callee yes, clang caller yes, clang callee no'
