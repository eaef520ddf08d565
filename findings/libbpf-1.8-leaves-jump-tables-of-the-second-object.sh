#!/usr/bin/env bash
# libbpf moves the code of a second object, but not the jump tables that lead into it.
#
# Tools: bpftool 7.8.0 with libbpf 1.8 (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1), -mcpu=v4, which makes
# tables of larger switches since LLVM 22 (indirect jumps: kernel 6.19).
# Expected: entries of `.jumptables` are offsets from the start of a section, so when `bpftool gen object` appends a
# function to the section, its entries grow by the distance; else linking is refused.
# Seen: the tables have no relocations, and are copied as they are. Both symbols are called BPF.JT.0.0, the second
# table leads into the first function, and the exit code is 0.
#     two objects: function `two` moved by 648 bytes, its table by 0
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
python3 - > "$root/w/switch.c" <<'PY'
cases = "".join(f"case {n}: return v[{n + 1}] {'+*^-|'[n % 5]} {n * 7 + 3};\n" for n in range(24))
print('__attribute__((section("socket"))) int NAME(volatile int *v) { switch (*v) {\n' + cases + "} return 0; }")
PY
for name in one two; do
    compile -Xclang -target-cpu -Xclang v4 "-DNAME=$name" -c "$root/w/switch.c" -o "$root/w/$name.o"
done
inside bpftool version | sed -n 1,2p
inside bpftool gen object both.o one.o two.o

pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
PYTHONPATH=$work/py python3 - "$root/w" <<'PY' || { echo "changed: the table moves with its function" >&2; exit 1; }
import struct, sys
from elftools.elf.elffile import ELFFile
def parts(name):
    elf = ELFFile(open(f"{sys.argv[1]}/{name}.o", "rb"))
    table = elf.get_section_by_name(".jumptables").data()
    symbols = {symbol.name: symbol["st_value"] for symbol in elf.get_section_by_name(".symtab").iter_symbols()}
    return struct.unpack(f"<{len(table) // 8}Q", table), symbols
alone, _ = parts("two")
both, symbols = parts("both")
moved = {new - old for old, new in zip(alone, both[-len(alone):], strict=True)}
print(f"two objects: function `two` moved by {symbols['two']} bytes, its table by", *moved)
sys.exit(not (symbols["two"] > 0 and moved == {0}))
PY
