#!/usr/bin/env bash
# LLVM 23 generates code for functions that return 16 bytes, which LLVM 22 refuses; the kernel refuses that code.
#
# Tools: LLVM 22.1.0 (PyPI's llvmlite 0.50.0), LLVM 23.1.1 (PyPI's mlc-llvm-static 23.1.1.post0), the running kernel (6.18 here; 7.2
# says the same). Needs the right to load BPF programs.
# Expected: what the compiler newly accepts is what some kernel accepts, or there is a warning.
# Seen: LLVM 22: "only small returns supported". LLVM 23: no message, the second half comes back in r2. The verifier forgets r1 to r5
# at every call, as the BPF calling convention has it, and stops at the first use of r2.
#     LLVM 22: error; LLVM 23: object; kernel: R2 !read_ok
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


cat > "$work/pair.ll" <<'LL'
target triple = "bpfel"
define i32 @prog(ptr %c) section "socket" {
  %both = call { i64, i64 } @pair(ptr %c)
  %a = extractvalue { i64, i64 } %both, 0
  %b = extractvalue { i64, i64 } %both, 1
  %sum = add i64 %a, %b
  %result = trunc i64 %sum to i32
  ret i32 %result
}
define internal { i64, i64 } @pair(ptr %c) noinline section "socket" {
  %value = load i32, ptr %c, align 4
  %a = zext i32 %value to i64
  %first = insertvalue { i64, i64 } poison, i64 %a, 0
  %both = insertvalue { i64, i64 } %first, i64 7, 1
  ret { i64, i64 } %both
}
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

emit22 "$work/pair.ll" "$work/22.o" 2> "$work/22.txt" && old=object || old=error
sed -n 1p "$work/22.txt"
"$work/emit23" "$work/pair.ll" "$work/23.o" && new=object || new=error
said=$(verify "$work/23.o")
echo "LLVM 22: $old; LLVM 23: $new; kernel $(uname -r): $said"
[ "$old/$new/$said" = "error/object/R2 !read_ok" ] && grep -q 'only small returns supported' "$work/22.txt" || {
    echo "changed: another verdict" >&2
    exit 1
}
