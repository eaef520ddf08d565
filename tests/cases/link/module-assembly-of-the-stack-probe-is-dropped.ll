; compiler_builtins of some versions carries x86 assembly for __rust_probestack, which no BPF assembler understands.
;
; args: --export entry
; view: disasm entry
; expect: r0 = 0x2

target triple = "bpfel"

module asm ".globl __rust_probestack"
module asm "__rust_probestack:"
module asm "pushq %rbp"

define i64 @entry() section "xdp" {
  ret i64 2
}
