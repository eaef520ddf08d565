#!/usr/bin/env bash
# When a strong variable replaces a weak one, the skeleton of the linked object writes the copy that nobody reads.
#
# Tools: bpftool 7.8.0 with libbpf 1.8 (Debian sid), clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1).
# Expected: `bpftool gen object` moves the BTF variable to the strong definition, as it moves the ELF symbol.
# Seen: the symbol `limit` is at byte 20 of .data, where the strong value 2 is; BTF keeps offset 0, where the weak value 1
# lies, unused. The generated skeleton has `int limit;` first in its struct: user space that sets `skel->data->limit` changes
# nothing that the program reads, and no step reports an error.
#     symbol at 20, BTF says 0; in the skeleton: limit, first, pad
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
__attribute__((weak, section(".data"))) int limit = 1;
__attribute__((section(".data"))) int first = 7;
__attribute__((section("socket"))) int one(void *c) { return limit + first; }
char LICENSE[] __attribute__((section("license"))) = "GPL";
C
cat > "$root/w/b.c" <<'C'
__attribute__((section(".data"))) int pad[3] = {1, 2, 3};
__attribute__((section(".data"))) int limit = 2;
__attribute__((section("socket/two"))) int two(void *c) { return limit; }
C
for file in a b; do compile -c "$root/w/$file.c" -o "$root/w/$file.o"; done
inside bpftool version | sed -n 1,2p
inside bpftool gen object both.o a.o b.o

pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
symbol=$(PYTHONPATH=$work/py python3 - "$root/w/both.o" <<'PY'
import sys
from elftools.elf.elffile import ELFFile
symbols = ELFFile(open(sys.argv[1], "rb")).get_section_by_name(".symtab")
print(*[symbol["st_value"] for symbol in symbols.iter_symbols() if symbol.name == "limit"])
PY
)
btf=$(inside bpftool btf dump file both.o | sed -n "s/.*offset=\([0-9]*\) size=4 (VAR 'limit')/\1/p")
members=$(inside bpftool gen skeleton both.o | sed -n '/struct .*__data {/,/}/s/.*int \(limit\|first\|pad\).*/\1/p' | paste -sd ' ')
echo "symbol at $symbol, BTF says $btf; in the skeleton: $members"
[ "$symbol/$btf/$members" = "20/0/limit first pad" ] || {
    echo "changed: BTF follows the symbol" >&2
    exit 1
}
