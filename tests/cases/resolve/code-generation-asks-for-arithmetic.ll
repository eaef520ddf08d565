; A product of floating point becomes a call of __muldf3, which no input names: a routine of an archive serves it, and
; only that member is taken; without one, the link fails and says which.
;
; run: for m in muldf3 idle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs libarith.a idle.bc muldf3.bc
; link: --export entry --trace main.ll libarith.a
; view: stderr
; expect: main.ll
; expect: libarith.a(muldf3.bc)
; reject: idle
; view: symbols
; expect: F .text {{.*}} __muldf3
; reject: *UND*
; link: --export entry main.ll
; error: link `entry` computes with floating point
; cause: it needs `__muldf3`

;--- main.ll
target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  %value = load volatile double, ptr %context
  %product = fmul double %value, %value
  store volatile double %product, ptr %context
  ret i64 0
}
;--- muldf3.ll
target triple = "bpfel"

define i64 @__muldf3(i64 %a, i64 %b) noinline {
  %product = mul i64 %a, %b
  ret i64 %product
}
;--- idle.ll
target triple = "bpfel"

define i64 @idle() {
  ret i64 1
}
