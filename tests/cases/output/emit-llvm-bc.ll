; args: --export entry --emit llvm-bc
; run: llvm-dis {out} -o program.ll && llc -filetype=obj {out} -o program.o
; view: text in program.ll
; expect: target triple = "bpf
; expect: define {{.*}}@entry
; view: disasm entry in program.o
; expect: r0 = 0x2

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
