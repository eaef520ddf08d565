#!/usr/bin/env bash
# With line tables as the only debug info, the BTF of clang 22 has functions whose type is a random number.
#
# Tool: clang 22.1.8 (LLVM's BPF back end), as `zig cc` of the PyPI package ziglang 0.17.1. LLVM 23.1 does the same.
# Expected: FUNC entries with a prototype, or no .BTF section, since `-gline-tables-only` describes no types.
# Seen: every FUNC refers to a type far beyond the end of the table, another one in most runs:
#     run 1: 0 prototypes, 2 functions, of types 32767 32767
#     run 2: 0 prototypes, 2 functions, of types 32766 32766
# So equal inputs give objects that differ, and libbpf refuses to open them ("invalid referenced type ID 32767").
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

cat > "$work/prog.c" <<'C'
__attribute__((noinline)) static int twice(int x) { return x * 2; }
__attribute__((section("socket"), used)) int prog(int *c) { return twice(c[0]) + twice(c[1]); }
C

cat > "$work/functions.py" <<'PY'
import struct, sys
from elftools.elf.elffile import ELFFile
data = ELFFile(open(sys.argv[1], "rb")).get_section_by_name(".BTF").data()
start, types_at, types_len = struct.unpack_from("<III", data, 4)
at, end, types, functions, prototypes = start + types_at, start + types_at + types_len, 0, [], 0
# Bytes behind the first twelve of each kind that can stand here.
extra = {1: lambda n: 4, 2: lambda n: 0, 12: lambda n: 0, 13: lambda n: 8 * n}
while at < end:
    _, info, type_id = struct.unpack_from("<III", data, at)
    kind, vlen = info >> 24 & 31, info & 0xFFFF
    types += 1
    prototypes += kind == 13
    functions += [type_id] if kind == 12 else []
    at += 12 + extra[kind](vlen)
print(f"{prototypes} prototypes, {len(functions)} functions, of types", *functions)
sys.exit(not (functions and all(type_id > types for type_id in functions)))
PY

for run in 1 2 3 4; do
    # Zig would take the second object from its cache.
    rm -rf "$work/cache"
    compile -gline-tables-only -c "$work/prog.c" -o "$work/$run.o"
    echo -n "run $run: "
    PYTHONPATH=$work/py python3 "$work/functions.py" "$work/$run.o" || {
        echo "changed: the functions have types that exist" >&2
        exit 1
    }
done
