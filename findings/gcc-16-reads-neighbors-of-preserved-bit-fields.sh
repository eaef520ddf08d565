#!/usr/bin/env bash
# With preserve_access_index, GCC reads a bit-field without shifting and masking: the value has its neighbors in it.
#
# Tools: GCC 16.2.0 for BPF (Debian sid), the running kernel (6.18 here). Needs the right to load BPF programs.
# Expected: the attribute, which every structure of a `vmlinux.h` has, adds a CO-RE record and does not change what `c->high` is.
# Seen: the whole byte comes back, in which `low` has the lower three bits; so it does with `__builtin_preserve_access_index(c->high)`.
# There is a CO-RE record of the byte, and no message.
#     high is 21: without the attribute 21, with it 175, with the builtin 175
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

unpack gcc-bpf=16.2.0-3+2
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32
cat > "$root/w/bits.c" <<'C'
struct plain { unsigned low : 3, high : 5; };
struct marked { unsigned low : 3, high : 5; } __attribute__((preserve_access_index));
__attribute__((section("syscall.plain"))) int plain(struct plain *c) { return c->high; }
__attribute__((section("syscall.marked"))) int marked(struct marked *c) { return c->high; }
__attribute__((section("syscall.builtin"))) int builtin(struct plain *c) { return __builtin_preserve_access_index(c->high); }
C
inside bpf-gcc --version | sed -n 1p
inside bpf-gcc -mco-re -O2 -gbtf -c bits.c -o bits.o

# Loads the code of each section as a program of type syscall, runs it on one byte, and prints what it returns.
seen=$(PYTHONPATH=$work/py python3 - "$root/w/bits.o" <<'PY'
import ctypes, os, struct, sys
from elftools.elf.elffile import ELFFile
PROG_LOAD, TEST_RUN, SYSCALL, SLEEPABLE, NR_BPF = 5, 10, 31, 16, {"x86_64": 321, "aarch64": 280}[os.uname().machine]
libc = ctypes.CDLL(None, use_errno=True)
object_file = ELFFile(open(sys.argv[1], "rb"))
license = ctypes.create_string_buffer(b"GPL")
def bpf(command, attributes):
    attributes = ctypes.create_string_buffer(attributes, 128)
    result = libc.syscall(NR_BPF, command, attributes, len(attributes))
    if result < 0:
        sys.exit(f"bpf({command}): {os.strerror(ctypes.get_errno())}; this needs the right to load programs")
    return result, attributes.raw
def run(section, context):
    code = object_file.get_section_by_name("syscall." + section).data()
    code, context = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(context, len(context))
    program, _ = bpf(PROG_LOAD, struct.pack("<IIQQIIQII", SYSCALL, len(code) // 8, ctypes.addressof(code), ctypes.addressof(license),
                                            0, 0, 0, 0, SLEEPABLE))
    _, after = bpf(TEST_RUN, struct.pack("<IIIIQQIIII", program, 0, 0, 0, 0, 0, 0, 0, len(context), 0) + struct.pack("<Q", ctypes.addressof(context)))
    return struct.unpack_from("<I", after, 4)[0]
values = [run(section, bytes([21 << 3 | 7]) + bytes(7)) for section in ("plain", "marked", "builtin")]
print(*values)
PY
)
read -r plain marked builtin <<< "$seen"
echo "high is 21: without the attribute $plain, with it $marked, with the builtin $builtin"
[ "$seen" = "21 175 175" ] || {
    echo "changed: the attribute keeps the value" >&2
    exit 1
}
