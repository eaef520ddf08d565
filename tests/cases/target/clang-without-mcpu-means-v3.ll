; clang 20 and later write no CPU on functions when they are not told one, and make code of v3 of them.
;
; args: --export entry
; view: disasm entry
; expect: w0 *= w
; args: --export entry --cpu v1
; view: disasm entry
; reject: {{\bw[0-9]}}
; run: sed s/22.1.8/19.1.7/ {this} > old.ll
; link: --export entry old.ll
; view: disasm entry
; reject: {{\bw[0-9]}}

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) section "xdp" {
  %product = mul i32 %a, %b
  ret i32 %product
}

!llvm.ident = !{!0}
!0 = !{!"Debian clang version 22.1.8 (1~deb12u1)"}
