#!/usr/bin/env bash
# BTF of GCC has entries for functions without code, and of clones it has neither the name nor the parameters.
#
# Tools: GCC 16.2 for BPF and bpftool 7.8.0 with libbpf 1.8 (Debian sid).
# Expected: as clang does, a FUNC for each function that has code, called like its symbol, with the parameters it takes.
# Seen: a `static inline` function that was inlined everywhere still has a FUNC. A function of which GCC made a clone is called
# `scale` in BTF and `scale.constprop.0` in the symbol table, and keeps the parameter that the clone has lost. So the two tables cannot be
# matched by name.
#     symbols: prog scale.constprop.0; BTF: add prog scale, scale with 2 parameters
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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

unpack bpftool=7.8.0+7.2.13-1 gcc-bpf=16.2.0-3+2
cat > "$root/w/clone.c" <<'C'
static inline int add(int *c) { return c[2] + 1; }
static __attribute__((noinline)) int scale(int *c, int by) { return c[0] * by + c[1]; }
__attribute__((section("socket"))) int prog(int *c) { return scale(c, 3) + add(c); }
C
inside bpf-gcc --version | sed -n 1p
inside bpf-gcc -O2 -g -gbtf -c clone.c -o clone.o
symbols=$(inside bpf-nm clone.o | sed -n 's/.* [Tt] \([^L]\)/\1/p' | LC_ALL=C sort | paste -sd ' ')
inside bpftool btf dump file clone.o > "$work/btf.txt"
functions=$(sed -n "s/.* FUNC '\([^']*\)' .*/\1/p" "$work/btf.txt" | LC_ALL=C sort | paste -sd ' ')
proto=$(sed -n "s/.* FUNC 'scale' type_id=\([0-9]*\) .*/\1/p" "$work/btf.txt")
count=$(sed -n "s/^\[$proto\] FUNC_PROTO .* vlen=\([0-9]*\).*/\1/p" "$work/btf.txt")
echo "symbols: $symbols; BTF: $functions, scale with $count parameters"
[ "$symbols/$functions/$count" = "prog scale.constprop.0/add prog scale/2" ] || {
    echo "changed: BTF describes the code" >&2
    exit 1
}
