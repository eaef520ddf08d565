#!/usr/bin/env bash
# In LLVM 23 optimization changes the prototypes of BTF, which up to 22 are those of the source.
#
# Tools: LLVM 22.1.0 (PyPI's llvmlite 0.50.0), LLVM 23.1.1 (PyPI's mlc-llvm-static 23.1.1.post0), both with default<O2>.
# Expected: BTF says of a static function what its source says, whatever the optimizer does with an argument that is not used.
# Seen: both drop the argument from the code. LLVM 22 keeps two parameters in the FUNC_PROTO, LLVM 23 has one: what the registers are.
#     LLVM 22: half has 2 parameters; LLVM 23: half has 1
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

cat > "$work/dead.ll" <<'LL'
target triple = "bpfel"
define i32 @prog(ptr %c) section "socket" !dbg !4 {
  %first = call i32 @half(ptr %c, i32 1), !dbg !13
  ret i32 %first, !dbg !13
}
define internal i32 @half(ptr %c, i32 %unused) noinline !dbg !18 {
    #dbg_value(ptr %c, !20, !DIExpression(), !19)
    #dbg_value(i32 %unused, !21, !DIExpression(), !19)
  %value = load volatile i32, ptr %c, align 4, !dbg !19
  ret i32 %value, !dbg !19
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "dead.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 4}
!4 = distinct !DISubprogram(name: "prog", scope: !1, file: !1, line: 1, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !6)
!6 = !{!12, !14}
!12 = !DIBasicType(name: "int", size: 32, encoding: DW_ATE_signed)
!13 = !DILocation(line: 2, scope: !4)
!14 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !12, size: 64)
!16 = !DISubroutineType(types: !17)
!17 = !{!12, !14, !12}
!18 = distinct !DISubprogram(name: "half", scope: !1, file: !1, line: 4, type: !16, unit: !0, spFlags: DISPFlagDefinition | DISPFlagLocalToUnit | DISPFlagOptimized, retainedNodes: !22)
!19 = !DILocation(line: 5, scope: !18)
!22 = !{!20, !21}
!20 = !DILocalVariable(name: "c", arg: 1, scope: !18, file: !1, line: 4, type: !14)
!21 = !DILocalVariable(name: "unused", arg: 2, scope: !18, file: !1, line: 4, type: !12)
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

parameters() {
    PYTHONPATH=$work/py python3 - "$1" <<'PY'
import struct, sys
from elftools.elf.elffile import ELFFile
data = ELFFile(open(sys.argv[1], "rb")).get_section_by_name(".BTF").data()
start, types_at, types_len, strings_at = struct.unpack_from("<IIII", data, 4)
at, end, types, functions = start + types_at, start + types_at + types_len, [None], {}
extra = {1: lambda n: 4, 2: lambda n: 0, 12: lambda n: 0, 13: lambda n: 8 * n}
while at < end:
    name, info, other = struct.unpack_from("<III", data, at)
    types.append(info & 0xFFFF)
    if info >> 24 & 31 == 12:
        text = data[start + strings_at + name:]
        functions[text[:text.index(0)].decode()] = other
    at += 12 + extra[info >> 24 & 31](info & 0xFFFF)
print(types[functions["half"]])
PY
}
emit22 "$work/dead.ll" "$work/22.o" 'default<O2>'
"$work/emit23" "$work/dead.ll" "$work/23.o" 'default<O2>'
said="LLVM 22: half has $(parameters "$work/22.o") parameters; LLVM 23: half has $(parameters "$work/23.o")"
echo "$said"
[ "$said" = "LLVM 22: half has 2 parameters; LLVM 23: half has 1" ] || {
    echo "changed: other prototypes" >&2
    exit 1
}
