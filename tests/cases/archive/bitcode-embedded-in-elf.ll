; rustc with -C embed-bitcode, and clang with -fembed-bitcode, put it into the section .llvmbc of a native object.
;
; run: llvm-as needed.ll -o needed.bc && llvm-mc -triple=x86_64 -filetype=obj /dev/null -o empty.o
; run: llvm-objcopy --add-section .llvmbc=needed.bc empty.o embedded.o && llvm-ar rcs libembedded.a embedded.o
; link: --export entry main.ll embedded.o
; view: symbols
; expect: F .text {{.*}} needed
; reject: *UND*
; link: --export entry main.ll libembedded.a
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
