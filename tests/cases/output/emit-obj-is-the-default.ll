; args: --export entry
; run: cp {out} default.o
; args: --export entry --emit obj
; run: cmp {out} default.o
; view: header
; expect: Class: ELF64
; expect: Type: REL (Relocatable file)
; expect: Machine: EM_BPF

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
