; run: llvm-as needed.ll -o a-member-whose-name-is-longer-than-the-header-holds.bc
; run: llvm-ar --format=gnu rcs libneeded.a a-member-whose-name-is-longer-than-the-header-holds.bc
; link: --export entry main.ll libneeded.a
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
