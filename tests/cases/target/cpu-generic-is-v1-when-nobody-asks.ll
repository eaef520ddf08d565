; args: --export entry --cpu generic
; view: disasm entry
; expect: r0 *= r
; reject: {{\bw[0-9]}}
; args: --export entry
; view: disasm entry
; expect: r0 *= r
; reject: {{\bw[0-9]}}

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) section "xdp" {
  %product = mul i32 %a, %b
  ret i32 %product
}
