; The table of lld: who refers, which member was taken, for which symbol.
;
; run: for m in needed deeper idle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs liball.a idle.bc needed.bc deeper.bc
; link: --export entry,beside --why-extract why.txt main.ll liball.a
; view: text in why.txt
; expect: reference extracted symbol
; expect-next: {{^}}<internal> liball.a(needed.bc) beside
; expect-next: {{^}}liball.a(needed.bc) liball.a(deeper.bc) deeper
; reject: idle
; link: --export entry --why-extract - main.ll liball.a
; view: stdout
; expect: {{^}}main.ll liball.a(needed.bc) needed

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
