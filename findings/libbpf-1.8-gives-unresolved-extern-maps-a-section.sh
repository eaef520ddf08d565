#!/usr/bin/env bash
# An extern map that no input defines comes out of libbpf's linker half defined.
#
# Tools: bpftool 7.8.0 with libbpf 1.8 (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1).
# Expected: an error, or an object in which the map is still undefined, to be linked with its definition later.
# Seen: exit code 0. If the input has maps of its own, the undefined symbol is moved into section `.maps`, without type and size, and
# BTF lists the extern at offset 0, over the first real map. No tool opens the result: "map 'shared': unsupported map linkage extern".
#     input: shared is undefined; linked: in section .maps; BTF: offset 0, as the map `own`
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
cat > "$root/w/extern.c" <<'C'
struct map { int (*type)[1]; int *key; int *value; int (*max_entries)[4]; };
extern struct map shared __attribute__((section(".maps")));
struct map own __attribute__((section(".maps")));
static void *(*lookup)(void *, void *) = (void *)1;
__attribute__((section("socket"))) int prog(void *c) { int k = 0; return lookup(&shared, &k) != lookup(&own, &k); }
char LICENSE[] __attribute__((section("license"))) = "GPL";
C
compile -c "$root/w/extern.c" -o "$root/w/extern.o"
inside bpftool version | sed -n 1,2p
inside bpftool gen object linked.o extern.o

pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
section_of() {
    PYTHONPATH=$work/py python3 - "$root/w/$1.o" <<'PY'
import sys
from elftools.elf.elffile import ELFFile
elf = ELFFile(open(sys.argv[1], "rb"))
place = elf.get_section_by_name(".symtab").get_symbol_by_name("shared")[0]["st_shndx"]
print("undefined" if place == "SHN_UNDEF" else "in section " + elf.get_section(place).name)
PY
}
before=$(section_of extern) after=$(section_of linked)
offsets=$(inside bpftool btf dump file linked.o | sed -n "s/.*offset=\([0-9]*\) size=32 (VAR '\(shared\|own\)')/\2 \1/p" | paste -sd ' ')
echo "input: shared is $before; linked: $after; BTF: $offsets"
inside bpftool gen skeleton linked.o > /dev/null 2> "$work/skeleton.txt" && opened=yes || opened=no
cat "$work/skeleton.txt"
[ "$before/$after/$offsets/$opened" = "undefined/in section .maps/shared 0 own 0/no" ] || {
    echo "changed: externs stay undefined, or are refused" >&2
    exit 1
}
