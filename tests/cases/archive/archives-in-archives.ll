; rustc bundles static libraries into rlibs this way.
;
; run: llvm-as needed.ll -o needed.bc && llvm-ar rcs inner.a needed.bc && llvm-ar rcs libouter.a inner.a
; link: --export entry main.ll libouter.a
; view: symbols
; expect: F .text {{.*}} needed
; reject: *UND*

;--- main.ll
target triple = "bpfel"

declare i64 @needed(ptr)

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @needed(ptr %context)
  ret i64 %answer
}
;--- needed.ll
target triple = "bpfel"

define i64 @needed(ptr %context) noinline {
  %word = load volatile i64, ptr %context
  ret i64 %word
}
