; args: --export entry --emit asm
; view: asm
; expect: .section xdp,"ax",@progbits
; expect: .globl entry
; expect: r0 = 2
; expect: exit

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
