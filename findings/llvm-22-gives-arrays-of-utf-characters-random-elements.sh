#!/usr/bin/env bash
# In BTF of LLVM 22 an array of `char32_t` has a random number for its element type.
#
# Tool: LLVM 22.1.0 (PyPI's llvmlite 0.50.0). The IR is what front ends write for Rust's `[char; 4]`, D's `char[4]` and C++'s `char32_t[4]`:
# a basic type with the encoding DW_ATE_UTF.
# Expected: BTF has integers without an encoding, so such a type is one; or the array refers to type 0, void.
# Seen: there is no type for the element, and the array refers to what was in memory, far beyond the last type:
#     4 types, element type 21927
# The kernel and libbpf then refuse all BTF of the object. LLVM 23.1 writes an integer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" \
    llvmlite==0.50.0 pyelftools==0.32

cat > "$work/utf.ll" <<'LL'
target triple = "bpfel"
@word = global [4 x i32] zeroinitializer, section ".data", !dbg !4
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_Rust, file: !1, emissionKind: FullDebug, globals: !10)
!1 = !DIFile(filename: "utf.rs", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 4}
!4 = !DIGlobalVariableExpression(var: !5, expr: !DIExpression())
!5 = distinct !DIGlobalVariable(name: "word", scope: !0, file: !1, line: 1, type: !6, isDefinition: true)
!6 = !DICompositeType(tag: DW_TAG_array_type, baseType: !7, size: 128, elements: !8)
!7 = !DIBasicType(name: "char", size: 32, encoding: DW_ATE_UTF)
!8 = !{!9}
!9 = !DISubrange(count: 4)
!10 = !{!4}
LL

cat > "$work/element.py" <<'PY'
import io, struct, sys
import llvmlite.binding as llvm
from elftools.elf.elffile import ELFFile
llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()
print("LLVM", *llvm.llvm_version_info, end=": ")
module = llvm.parse_assembly(open(sys.argv[1]).read())
made = llvm.Target.from_triple("bpfel").create_target_machine().emit_object(module)
data = ELFFile(io.BytesIO(made)).get_section_by_name(".BTF").data()
start, types_at, types_len = struct.unpack_from("<III", data, 4)
at, end, kinds, elements = start + types_at, start + types_at + types_len, [], []
# Bytes behind the first twelve of an integer, an array, a variable and a section.
extra = {1: lambda n: 4, 3: lambda n: 12, 14: lambda n: 4, 15: lambda n: 12 * n}
while at < end:
    info, = struct.unpack_from("<I", data, at + 4)
    kind = info >> 24 & 31
    kinds.append(kind)
    if kind == 3:
        elements += struct.unpack_from("<I", data, at + 12)
    at += 12 + extra[kind](info & 0xFFFF)
print(f"{len(kinds)} types, element type", *elements)
INT, (element,) = 1, elements
sys.exit(element <= len(kinds) and kinds[element - 1] == INT)
PY

for run in 1 2 3; do
    PYTHONPATH=$work/py python3 "$work/element.py" "$work/utf.ll" || {
        echo "changed: the element is an integer" >&2
        exit 1
    }
done
