#!/usr/bin/env bash
# Indexing an array on the stack with `i & 7` becomes a bitwise or with the frame's address, which the verifier prohibits.
#
# Tools: clang 22.1.8 (`zig cc` of PyPI's ziglang 0.17.1), the running kernel (6.18 here; 5.10 to 7.2 say the same). LLVM 23.1 makes
# the same code, GCC 16.2 does not. Needs the right to load BPF programs.
# Expected: an addition, since the verifier only adds to pointers; all bounds are proven here, and the same
# program is accepted with an array of 16 bytes and `i & 15`.
# Seen: LLVM knows that the low three bits of the address are zero and takes `|` for as good as `+`.
#     seen[i & 7]: R4 bitwise operator |= on pointer prohibited; seen[i & 15]: accepted
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
get_zig
compile() { "$work/ziglang/zig" cc -target bpfel-freestanding -O2 -g -fno-unwind-tables -fno-asynchronous-unwind-tables "$@"; }
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32

cat > "$work/seen.c" <<'C'
__attribute__((section("socket"))) int prog(unsigned *c) {
    char seen[SIZE] __attribute__((aligned(8))) = {0};
    seen[c[0] & SIZE - 1] = 1;
    return seen[c[1] & SIZE - 1];
}
C

# Has the kernel verify the code in section `socket`, whose first function is the program; prints its last words.
cat > "$work/verify.py" <<'PY'
import ctypes, os, struct, sys
from elftools.elf.elffile import ELFFile
BPF_PROG_LOAD, SOCKET_FILTER, NR_BPF = 5, 1, {"x86_64": 321, "aarch64": 280}[os.uname().machine]
code = ELFFile(open(sys.argv[1], "rb")).get_section_by_name("socket").data()
code, license, log = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"GPL"), ctypes.create_string_buffer(1 << 16)
attributes = struct.pack("<IIQQIIQ", SOCKET_FILTER, len(code) // 8, *map(ctypes.addressof, (code, license)), 1, len(log), ctypes.addressof(log))
attributes = ctypes.create_string_buffer(attributes, 128)
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(NR_BPF, BPF_PROG_LOAD, attributes, len(attributes)) >= 0:
    print("accepted")
else:
    lines = log.value.decode().splitlines()
    print(lines[-2] if len(lines) > 1 else f"not asked: {os.strerror(ctypes.get_errno())}; this needs the right to load programs")
PY
verify() { PYTHONPATH=$work/py python3 "$work/verify.py" "$1"; }

for size in 8 16; do
    compile "-DSIZE=$size" -c "$work/seen.c" -o "$work/$size.o"
done
alone=$(verify "$work/8.o") other=$(verify "$work/16.o")
echo "kernel $(uname -r), seen[i & 7]: $alone; seen[i & 15]: $other"
[[ $alone == *"bitwise operator |= on pointer prohibited" && $other == accepted ]] || {
    echo "changed: another verdict" >&2
    exit 1
}
