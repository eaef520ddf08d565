; They become calls of __udivti3, which returns more than the one register that BPF has for it: no object, and the
; function is named, also when an archive has such a routine.
;
; llvm: ..22
; link: --export entry main.ll
; error: link the program cannot be expressed in BPF
; says: `entry` multiplies or divides 128 bits
; help: compute with 64 bits
; view: files
; reject: out.o

;--- main.ll
target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  %wide = load volatile i128, ptr %context
  %quotient = udiv i128 %wide, 7
  store volatile i128 %quotient, ptr %context
  ret i64 0
}
