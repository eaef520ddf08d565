; 128-bit products become calls of __multi3 that no input names: a routine of an archive serves them, and only that
; member is taken; without one, the link fails and says which.
;
; llvm: 22..
; run: for m in multi3 idle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs libarith.a idle.bc multi3.bc
; link: --export entry --trace main.ll libarith.a
; view: stderr
; expect: main.ll
; expect: libarith.a(multi3.bc)
; reject: idle
; view: symbols
; expect: F .text {{.*}} __multi3
; reject: *UND*
; link: --export entry main.ll
; error: link
; view: stderr
; expect: __multi3

;--- main.ll
target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  %wide = load volatile i128, ptr %context
  %product = mul i128 %wide, %wide
  store volatile i128 %product, ptr %context
  ret i64 0
}
;--- multi3.ll
target triple = "bpfel"

define i128 @__multi3(i128 %a, i128 %b) {
  ret i128 0
}
;--- idle.ll
target triple = "bpfel"

define i64 @idle() {
  ret i64 1
}
