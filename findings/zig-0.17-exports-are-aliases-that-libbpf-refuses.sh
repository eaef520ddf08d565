#!/usr/bin/env bash
# What Zig exports is an alias of a local function, so libbpf takes the program for a static one.
#
# Tools: Zig 0.17.1 (PyPI's ziglang) with its own BPF target, bpftool 7.8.0 with libbpf 1.8 (Debian sid).
# Expected: `export fn prog` is one global symbol of the object, as in the objects that Zig makes for other machines.
# Seen: two symbols at one address, a local `z.prog` and a global `prog`; BTF describes the local one, as static. libbpf stops at the
# first: "program 'z.prog' is static and not supported".
#     local: z.prog, global: prog, BTF: prog static
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ZIG_GLOBAL_CACHE_DIR=$work/cache ZIG_LOCAL_CACHE_DIR=$work/cache

get_zig() {
    pip download --quiet --disable-pip-version-check --no-deps --dest "$work" ziglang==0.17.1
    unzip -q "$work"/ziglang-*.whl ziglang/zig 'ziglang/lib/std/*' 'ziglang/lib/compiler*' -d "$work"
    chmod +x "$work/ziglang/zig"
}

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
unpack bpftool=7.8.0+7.2.13-1 binutils-bpf=2.47-6+2
wait "$!"
cat > "$work/z.zig" <<'ZIG'
export fn prog(context: *const [4]u32) linksection("socket") u32 {
    return context[0] & 7;
}
ZIG
"$work/ziglang/zig" build-obj -target bpfel-freestanding -O ReleaseSmall -fno-strip -femit-bin="$root/w/z.o" "$work/z.zig"
local=$(inside bpf-nm z.o | sed -n 's/.* t //p' | paste -sd ' ')
global=$(inside bpf-nm z.o | sed -n 's/.* T //p' | paste -sd ' ')
btf=$(inside bpftool btf dump file z.o | sed -n "s/.* FUNC '\(.*\)' .*linkage=/\1 /p" | paste -sd ' ')
echo "local: $local, global: $global, BTF: $btf"
inside bpftool gen skeleton z.o > /dev/null 2> "$work/skeleton.txt" && opened=yes || opened=no
cat "$work/skeleton.txt"
[ "$local/$global/$btf/$opened" = "z.prog/prog/prog static/no" ] && grep -q 'is static and not supported' "$work/skeleton.txt" || {
    echo "changed: exports are symbols of their own" >&2
    exit 1
}
