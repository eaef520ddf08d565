; The output without a path of its own is at -o; the others stand beside it, named by their kind.
;
; args: --export entry --emit obj,asm=program.s,llvm-ir=program.ll
; view: files
; expect-next: out.o
; expect-next: program.ll
; expect-next: program.s
; expect-next: this.ll
; view: disasm entry in out.o
; expect: r0 = 0x2
; view: asm in program.s
; expect: r0 = 2
; view: ir in program.ll
; expect: ret i64 2
; args: --export entry --emit obj,asm -o both.o
; view: disasm entry in both.o
; expect: r0 = 0x2
; view: asm in both.s
; expect: r0 = 2
; args: --export entry --emit asm=one.s --emit obj -o two.o
; view: disasm entry in two.o
; expect: r0 = 0x2
; view: asm in one.s
; expect: r0 = 2

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
