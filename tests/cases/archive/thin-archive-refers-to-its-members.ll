; Members are named relative to the archive's own folder.
;
; run: mkdir lib && llvm-as needed.ll -o lib/needed.bc && cd lib && llvm-ar --thin rcs libneeded.a needed.bc
; link: --export entry main.ll lib/libneeded.a
; view: symbols
; expect: F .text {{.*}} needed
; reject: *UND*
; run: rm lib/needed.bc
; link: --export entry main.ll lib/libneeded.a
; error: input cannot read lib/libneeded.a(needed.bc)
; cause: cannot find lib/needed.bc
; cause: lib/libneeded.a is a thin archive, which names its members by path
; help: move an archive together with its members, or make it without `T` or `--thin`

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
