; rustc passes symbols.o, a native object of undefined symbols alone: what it names is to be looked for in archives.
;
; run: llvm-as needed.ll -o needed.bc && llvm-ar rcs libneeded.a needed.bc
; run: printf '.section .wish\n.quad needed\n' | llvm-mc -triple=bpfel -filetype=obj -o full.o
; run: llvm-objcopy --remove-section=.rel.wish --remove-section=.wish full.o symbols.o
; link: symbols.o idle.ll libneeded.a --export-symbols wanted
; view: symbols
; expect: g F .text {{.*}} needed
; link: idle.ll libneeded.a
; view: symbols
; expect: F tc {{.*}} idle
; reject: needed

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
;--- idle.ll
target triple = "bpfel"

define i64 @idle() section "tc" {
  ret i64 0
}
;--- wanted
idle
needed
