; What is inlined is not lost; what nothing reaches is. The object is the same with and without the list.
;
; run: for m in needed deeper idle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs liball.a idle.bc needed.bc deeper.bc
; link: --export entry --print-gc --whole-archive main.ll liball.a
; view: stderr
; expect: removing unused `unreached` of main.ll
; expect: removing unused `idle` of liball.a(idle.bc)
; expect: removing unused `beside`
; reject: `deeper`
; reject: `entry`
; run: mv out.o listed.o
; link: --export entry --whole-archive main.ll liball.a
; view: stderr
; reject: removing
; run: cmp out.o listed.o

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
