; The first folder that has it wins; an rlib does as well as an archive; `:file` is a name of its own.
;
; run: mkdir empty lib && llvm-as needed.ll -o needed.bc && llvm-ar rcs lib/libneeded.a needed.bc
; run: cp lib/libneeded.a lib/libother.rlib && cp needed.bc lib/odd.name
; link: --export entry main.ll -L empty -L lib -l needed
; view: symbols
; expect: F .text {{.*}} needed
; link: --export entry main.ll -Llib -lother
; view: symbols
; expect: F .text {{.*}} needed
; link: --export entry main.ll -L lib -l:odd.name
; view: symbols
; expect: F .text {{.*}} needed
; link: --export entry main.ll -L empty -l needed
; error: input
; view: stderr
; expect: needed
; view: stderr
; expect: empty

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
