#!/usr/bin/env bash
# Since Zig 0.17 the identification block of its bitcode names LLVM and its version; 0.16 named Zig alone.
#
# Tools: PyPI's ziglang 0.16.0 and 0.17.1.
# Expected: the same producer string from release to release, so that a reader can keep a table of Zig versions and their LLVM.
# Seen: "zig 0.16.0" and then "LLVM22.1.8". A reader that only knows LLVM's form cannot tell that 0.16 wrote what needs LLVM 21;
# one that looks for "zig" no longer sees Zig.
#     0.16.0: zig 0.16.0
#     0.17.1: LLVM22.1.8
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ZIG_GLOBAL_CACHE_DIR=$work/cache ZIG_LOCAL_CACHE_DIR=$work/cache
echo 'export fn prog(x: u32) u32 { return x; }' > "$work/z.zig"

cat > "$work/producer.py" <<'PY'
import sys
data = open(sys.argv[1], "rb").read()
bits = int.from_bytes(data, "little")
def take(at, width): return bits >> at & (1 << width) - 1
def vbr(at, width):
    value = shift = 0
    while True:
        part = take(at, width)
        at += width
        value |= (part & (1 << width - 1) - 1) << shift
        shift += width - 1
        if not part >> width - 1: return value, at
# Behind the magic: ENTER_SUBBLOCK, id 13, the width of abbreviations, the length.
at = 32
assert take(at, 2) == 1 and vbr(at + 2, 8)[0] == 13
width, at = vbr(vbr(at + 2, 8)[1], 4)
at = (at + 31 & ~31) + 32
# Definitions first, DEFINE_ABBREV; here all are of a literal code and one array or number.
forms = []
while take(at, width) == 2:
    count, at = vbr(at + width, 5)
    form = []
    for _ in range(count):
        literal, at = take(at, 1), at + 1
        if literal:
            at = vbr(at, 8)[1]
            continue
        kind, at = take(at, 3), at + 3
        size, at = vbr(at, 5) if kind in (1, 2) else (6, at)
        form.append((kind, size))
    forms.append(form)
(_, (kind, char)), at = forms[take(at, width) - 4], at + width
length, at = vbr(at, 6)
codes = [take(at + n * char, char) for n in range(length)]
sixes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._"
print("".join(sixes[code] if kind == 4 else chr(code) for code in codes))
PY

for version in 0.16.0 0.17.1; do
    pip download --quiet --disable-pip-version-check --no-deps --dest "$work" "ziglang==$version" &
    downloads+=("$!")
done
wait "${downloads[0]}"
wait "${downloads[1]}"
for version in 0.16.0 0.17.1; do
    unzip -q "$work/ziglang-$version"-*.whl ziglang/zig 'ziglang/lib/std/*' 'ziglang/lib/compiler*' -d "$work/$version"
    chmod +x "$work/$version/ziglang/zig"
    "$work/$version/ziglang/zig" build-obj -target bpfel-freestanding -fno-emit-bin -femit-llvm-bc="$work/$version.bc" "$work/z.zig"
    echo "$version: $(python3 "$work/producer.py" "$work/$version.bc")"
done | tee "$work/said.txt"
printf '0.16.0: zig 0.16.0\n0.17.1: LLVM22.1.8\n' | cmp - "$work/said.txt" || {
    echo "changed: another producer" >&2
    exit 1
}
