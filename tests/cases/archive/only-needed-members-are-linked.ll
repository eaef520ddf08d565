; The second member would be a duplicate of what main.ll defines, but nothing asks for it.
;
; run: llvm-as needed.ll -o needed.bc && llvm-as idle.ll -o idle.bc && llvm-ar rcs liball.a needed.bc idle.bc
; link: --export entry main.ll liball.a
; view: symbols
; expect: {{g|l}} F .text {{.*}} needed
; reject: idle
; link: --export entry main.ll -L . -l all
; view: symbols
; expect: {{g|l}} F .text {{.*}} needed
; reject: idle

;--- main.ll
target triple = "bpfel"

declare i64 @needed(ptr)

define i64 @shared() section "tc" {
  ret i64 1
}

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
;--- idle.ll
target triple = "bpfel"

define i64 @idle() {
  ret i64 1
}

define i64 @shared() section "tc" {
  ret i64 2
}
