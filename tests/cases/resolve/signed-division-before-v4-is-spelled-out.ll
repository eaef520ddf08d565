; Before v4, the signs are taken off and put on again.
;
; args: --export entry --cpu v3
; view: disasm entry
; expect: s>>= 0x3f
; expect: /=
; reject: s/=
; args: --export entry --cpu v4
; view: disasm entry
; expect: s/=

target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  %one = load volatile i64, ptr %context
  %two = load volatile i64, ptr %context
  %quotient = sdiv i64 %one, %two
  ret i64 %quotient
}
