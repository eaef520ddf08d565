#!/usr/bin/env bash
# GCC's CO-RE records of members of an anonymous union end at the union, so libbpf relocates such a member to offset 0.
#
# Tools: GCC 16.2.0 for BPF, bpftool 7.8.0 with libbpf 1.8 (Debian sid), the running kernel's BTF (6.18 here). Needs the right to
# load BPF programs.
# Expected: `&task->rcu_users`, in an anonymous union of task_struct, has the record 0:1:0 (member 1, and member 0 in it), as clang
# writes it; libbpf looks for the name and patches its offset in the running kernel.
# Seen: the record is 0:1. A nameless member is no name to look for, so libbpf takes the record for the structure as a whole, which is
# at 0 in every kernel. The program loads, and reads the first word of the task; members with names work.
#     rcu_users: record 0:1, patched to 0; pid: record 0:2, patched to its place
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

unpack gcc-bpf=16.2.0-3+2 bpftool=7.8.0+7.2.13-1
cat > "$root/w/anonymous.c" <<'C'
struct task_struct {
    int first;
    union {
        struct { int refs; } rcu_users;
        long other;
    };
    int pid;
} __attribute__((preserve_access_index));
struct task_struct *(*const current)(void) = (void *)35;
long (*const read)(void *, int, const void *) = (void *)113;
__attribute__((section("raw_tp/sched_switch"))) int prog(void *context) {
    struct task_struct *task = current();
    int users = 0, pid = 0;
    read(&users, sizeof users, &task->rcu_users);
    read(&pid, sizeof pid, &task->pid);
    return users + pid;
}
char _license[] __attribute__((section("license"))) = "GPL";
C
inside bpf-gcc --version | sed -n 1p
inside bpf-gcc -mco-re -O2 -gbtf -c anonymous.c -o anonymous.o
inside bpftool version | sed -n 1,2p

# libbpf says what it patches; nothing is attached, and what is pinned goes away with the mount.
mkdir -p "$root/sys"
unshare --mount bash -euc '
    mount --rbind /sys "$1/sys"
    mount -t bpf none "$1/sys/fs/bpf"
    chroot "$1" /usr/sbin/bpftool -d prog load /w/anonymous.o /sys/fs/bpf/anonymous
' sh "$root" > "$work/log" 2>&1 && loads=yes || loads=no
grep -E 'relo #[01]: (<byte_off>|matching|patched)' "$work/log" || cat "$work/log" >&2
record() { sed -n "s/.*relo #$1: <byte_off> .*(\([0-9:]*\) @.*/\1/p" "$work/log"; }
patched() { sed -n "s/.*relo #$1: patched .* \([0-9]*\)$/\1/p" "$work/log"; }
[ "$(patched 1)" -gt 0 ] && place='its place' || place=$(patched 1)
seen="rcu_users: record $(record 0), patched to $(patched 0); pid: record $(record 1), patched to $place"
echo "$seen; loads: $loads"
[ "$seen; $loads" = 'rcu_users: record 0:1, patched to 0; pid: record 0:2, patched to its place; yes' ] || {
    echo "changed: the record names the member, or libbpf refuses it" >&2
    exit 1
}
