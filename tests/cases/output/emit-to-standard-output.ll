; args: --export entry --emit asm -o -
; view: stdout
; expect: .globl entry
; view: files
; expect-next: this.ll
; reject: out

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
