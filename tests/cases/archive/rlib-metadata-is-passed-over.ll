; An rlib has rustc's metadata as its first member: raw in old versions, in an ELF section since 1.70.
;
; run: llvm-as needed.ll -o needed.bc && printf 'rust\000\000\000\012metadata' > lib.rmeta
; run: llvm-ar rcs libraw.rlib lib.rmeta needed.bc
; run: llvm-mc -triple=bpfel -filetype=obj /dev/null -o empty.o
; run: llvm-objcopy --add-section .rmeta=lib.rmeta empty.o lib.rmeta && llvm-ar rcs libelf.rlib lib.rmeta needed.bc
; link: --export entry main.ll libraw.rlib
; view: symbols
; expect: F .text {{.*}} needed
; link: --export entry main.ll libelf.rlib
; view: symbols
; expect: F .text {{.*}} needed

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
