#!/usr/bin/env bash
# libbpf refuses a constant table of pointers when its targets are static, and links it when they are global. Neither is right.
#
# Tools: bpftool 7.8.0 with libbpf 1.8 (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1).
# Expected: the same verdict on both, since no loader relocates `.rodata`.
# Seen: with static targets the relocation names a section, the offsets stand in the table, and the whole link fails
# ("relocation against STT_SECTION in non-exec section is not supported!"). With global targets the relocation names symbols, the
# table is all zeros, and the link succeeds: the program finds null pointers.
#     static: refused; global: linked, table of 16 bytes, all zero
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
cat > "$root/w/table.c" <<'C'
LINKAGE const int a = 1, b = 2;
LINKAGE const int *const table[] = {&a, &b};
__attribute__((section("socket"))) int prog(int *c) { return *table[*c & 1]; }
C
compile -DLINKAGE=static -c "$root/w/table.c" -o "$root/w/static.o"
compile -DLINKAGE= -c "$root/w/table.c" -o "$root/w/global.o"
inside bpftool version | sed -n 1,2p
for kind in static global; do
    inside bpftool gen object "linked-$kind.o" "$kind.o" > "$work/$kind.txt" 2>&1 && echo "$kind: linked" || echo "$kind: refused"
    cat "$work/$kind.txt"
done
grep -q 'relocation against STT_SECTION in non-exec section' "$work/static.txt" && [ ! -s "$work/global.txt" ] || {
    echo "changed: the two kinds are told apart in another way" >&2
    exit 1
}

pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
PYTHONPATH=$work/py python3 - "$root/w/linked-global.o" <<'PY' || { echo "changed: the table is filled in" >&2; exit 1; }
import sys
from elftools.elf.elffile import ELFFile
elf = ELFFile(open(sys.argv[1], "rb"))
symbol = elf.get_section_by_name(".symtab").get_symbol_by_name("table")[0]
start, size = symbol["st_value"], symbol["st_size"]
table = elf.get_section(symbol["st_shndx"]).data()[start:start + size]
print(f"table of {size} bytes:", table.hex())
sys.exit(not (size == 16 and not any(table)))
PY
