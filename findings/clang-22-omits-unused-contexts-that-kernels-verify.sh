#!/usr/bin/env bash
# At -O2, clang no longer passes a context that the callee does not use, but the kernel still verifies that argument.
#
# Tools: clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1), bpftool 7.8.0 with libbpf 1.8 (Debian sid), the running kernel (6.18 here).
# Needs root.
# Expected: both programs load. The source passes the context on, and the verifier checks calls of global functions against
# the prototypes in BTF, so the argument is never dead.
# Seen: dead argument elimination makes the argument undefined, since the calling convention alone keeps it. r1 holds whatever was
# last in it: the program that happens to leave the context there loads, the one that used r1 for an address does not.
#     context left in r1: loads; r1 used before: arg#0 expects pointer to ctx
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
for used in 0 1; do
    compile "-DUSED=$used" -c -o "$root/w/$used.o" -xc - <<'C'
struct __sk_buff { unsigned len; };
static volatile int count;
__attribute__((noinline)) int add(struct __sk_buff *context, int times) {
    for (int i = 0; i < 4; i++) count += times;
    return count;
}
__attribute__((section("tc"), used)) int prog(struct __sk_buff *context) {
    if (USED) count = 7;
    return add(context, 5) & 1;
}
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
C
done
inside bpftool version | sed -n 1,2p

# Nothing is attached, and what is pinned goes away with the mount.
mkdir -p "$root/sys"
load() {
    unshare --mount bash -euc '
        mount --rbind /sys "$1/sys"
        mount -t bpf none "$1/sys/fs/bpf"
        chroot "$1" /usr/sbin/bpftool prog load "/w/$2.o" /sys/fs/bpf/prog
    ' sh "$root" "$1" > "$work/log" 2>&1 && echo loads && return
    grep -om1 'arg#0 expects .*' "$work/log" || sed -n '$p' "$work/log"
}
seen="context left in r1: $(load 0); r1 used before: $(load 1)"
echo "$seen"
[ "$seen" = 'context left in r1: loads; r1 used before: arg#0 expects pointer to ctx' ] || {
    echo "changed: clang passes the context, or the kernel does not ask for it" >&2
    exit 1
}
