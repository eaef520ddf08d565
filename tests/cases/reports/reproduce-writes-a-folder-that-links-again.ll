; Inputs, libraries and files of symbols are copied, and the copy needs nothing from where they were.
;
; run: for m in needed deeper idle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs liball.a idle.bc needed.bc deeper.bc; echo entry > symbols.txt; mkdir lib sub; mv liball.a lib/; mv main.ll sub/
; link: --export-symbols symbols.txt --emit obj,llvm-ir=sub/out.ll -O2 --reproduce replay sub/main.ll -L lib -l all -o sub/out.o
; run: mv replay elsewhere; mkdir gone; mv sub lib symbols.txt gone/; cd elsewhere; {linker} @response; cmp out.o ../gone/sub/out.o; cmp out.ll ../gone/sub/out.ll
; view: text in elsewhere/versions
; expect: bpf-linker
; expect: called with
; run: ls elsewhere/inputs
; view: stdout
; expect: 000-symbols.txt
; expect-next: 001-main.ll
; expect-next: 002-liball.a

;--- main.ll
target triple = "bpfel"

declare i64 @needed(ptr)

define internal i64 @unreached() noinline {
  ret i64 7
}

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @needed(ptr %context)
  ret i64 %answer
}
;--- needed.ll
target triple = "bpfel"

declare i64 @deeper(ptr)

define i64 @needed(ptr %context) {
  %answer = call i64 @deeper(ptr %context)
  ret i64 %answer
}

define i64 @beside() {
  ret i64 5
}
;--- deeper.ll
target triple = "bpfel"

define i64 @deeper(ptr %context) {
  %word = load volatile i64, ptr %context
  ret i64 %word
}
;--- idle.ll
target triple = "bpfel"

define i64 @idle() {
  ret i64 1
}
