#!/usr/bin/env bash
# An offset for CO-RE of 32768 or more becomes a negative displacement in LLVM 22, and an addition in LLVM 23.
#
# Tools: LLVM 22.1.0 (PyPI's llvmlite 0.50.0), LLVM 23.1.1 (PyPI's mlc-llvm-static 23.1.1.post0); `#0 = { "btf_ama" }` is what clang makes
# of __attribute__((preserve_access_index)).
# Expected: a load has 16 signed bits for its displacement, so an offset of 40000 is added to a register first.
# Seen: LLVM 22 folds it into the load and cuts it: 40000 - 65536 = -25536. No diagnostic. A loader compares that with the 40000 that BTF
# says, and gives up on the object. LLVM 23 adds.
#     LLVM 22: load at -25536; LLVM 23: load at 0
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" llvmlite==0.50.0
pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --target "$work/py" pyelftools==0.32

# LLVM 23 comes as static archives; a small program around its C interface makes an object of IR.
pip download --quiet --disable-pip-version-check --no-deps --dest "$work" \
    mlc-llvm-static==23.1.1.post0 mlc-llvm-static-extra-targets==23.1.1.post0
# unzip says 11 where a pattern matches nothing: one of the two has no headers.
for wheel in "$work"/mlc_*.whl; do
    unzip -q -n "$wheel" '*/lib/*.a' '*/include/llvm-c/*' '*/include/llvm/Config/*' -d "$work/sdk" 2> /dev/null || [ $? = 11 ]
done
sdk=$work/sdk/mlc_llvm_static/static
cat > "$work/emit.c" <<'C'
#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdio.h>
int main(int count, char **words) { /* IN.ll OUT.o [PASSES] */
    LLVMInitializeBPFTargetInfo(), LLVMInitializeBPFTarget(), LLVMInitializeBPFTargetMC(), LLVMInitializeBPFAsmPrinter();
    LLVMMemoryBufferRef text;
    LLVMModuleRef module;
    LLVMTargetRef target;
    char *error = "";
    if (LLVMCreateMemoryBufferWithContentsOfFile(words[1], &text, &error) ||
        LLVMParseIRInContext(LLVMGetGlobalContext(), text, &module, &error) ||
        LLVMGetTargetFromTriple("bpfel", &target, &error))
        return fprintf(stderr, "%s\n", error), 1;
    LLVMTargetMachineRef machine = LLVMCreateTargetMachine(target, "bpfel", "v3", "", LLVMCodeGenLevelDefault,
                                                           LLVMRelocDefault, LLVMCodeModelDefault);
    if (count > 3 && LLVMRunPasses(module, words[3], machine, LLVMCreatePassBuilderOptions())) return 1;
    return LLVMTargetMachineEmitToFile(machine, module, words[2], LLVMObjectFile, &error);
}
C
gcc -c -w -I "$sdk/include" "$work/emit.c" -o "$work/emit.o"
g++ -o "$work/emit23" "$work/emit.o" -Wl,--gc-sections -Wl,--start-group "$sdk"/lib/*.a -Wl,--end-group -lpthread -ldl -lm

cat > "$work/far.ll" <<'LL'
target triple = "bpfel"
%struct.huge = type { [40000 x i8], i32 }
@"llvm.huge:0:40000$0:1" = external global i64, !llvm.preserve.access.index !7 #0
define i32 @prog(ptr %c) section "socket" !dbg !4 {
  %offset = load i64, ptr @"llvm.huge:0:40000$0:1", !dbg !13
  %member = getelementptr i8, ptr %c, i64 %offset
  %value = load i32, ptr %member, align 4, !dbg !13
  ret i32 %value, !dbg !13
}
attributes #0 = { "btf_ama" }
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "far.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 4}
!4 = distinct !DISubprogram(name: "prog", scope: !1, file: !1, line: 1, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !6)
!6 = !{!12, !14}
!7 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "huge", file: !1, line: 1, size: 320032, elements: !8)
!8 = !{!9, !10}
!9 = !DIDerivedType(tag: DW_TAG_member, name: "pad", scope: !7, file: !1, line: 1, baseType: !15, size: 320000)
!10 = !DIDerivedType(tag: DW_TAG_member, name: "far", scope: !7, file: !1, line: 1, baseType: !12, size: 32, offset: 320000)
!12 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!13 = !DILocation(line: 2, scope: !4)
!14 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !7, size: 64)
!15 = !DICompositeType(tag: DW_TAG_array_type, baseType: !16, size: 320000, elements: !17)
!16 = !DIBasicType(name: "char", size: 8, encoding: DW_ATE_signed_char)
!17 = !{!DISubrange(count: 40000)}
LL

cat > "$work/emit22.py" <<'PY'
import sys
import llvmlite.binding as llvm
llvm.initialize_all_targets()
llvm.initialize_all_asmprinters()
module = llvm.parse_assembly(open(sys.argv[1]).read())
machine = llvm.Target.from_triple("bpfel").create_target_machine(cpu="v3", opt=2)
if sys.argv[3:] == ["default<O2>"]:
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    builder.getModulePassManager().run(module, builder)
open(sys.argv[2], "wb").write(machine.emit_object(module))
PY
emit22() { PYTHONPATH=$work/py python3 "$work/emit22.py" "$@"; }

displacement() {
    PYTHONPATH=$work/py python3 - "$1" <<'PY'
import struct, sys
from elftools.elf.elffile import ELFFile
code = ELFFile(open(sys.argv[1], "rb")).get_section_by_name("socket").data()
# Class LDX, size W.
print(*[struct.unpack_from("<h", code, at + 2)[0] for at in range(0, len(code), 8) if code[at] == 0x61])
PY
}
emit22 "$work/far.ll" "$work/22.o"
"$work/emit23" "$work/far.ll" "$work/23.o"
said="LLVM 22: load at $(displacement "$work/22.o"); LLVM 23: load at $(displacement "$work/23.o")"
echo "$said"
[ "$said" = "LLVM 22: load at -25536; LLVM 23: load at 0" ] || {
    echo "changed: other displacements" >&2
    exit 1
}
