; The call across files is resolved and, being small, inlined; both sections are there.
;
; link: one.ll two.ll
; view: disasm entry
; expect: r0 = 0x2a
; reject: call
; view: symbols
; expect: g F tc {{.*}} classify
; expect: g F xdp {{.*}} entry
; reject: *UND*

;--- one.ll
target triple = "bpfel"

declare i64 @answer()

define i64 @entry() section "xdp" {
  %answer = call i64 @answer()
  ret i64 %answer
}
;--- two.ll
target triple = "bpfel"

define i64 @answer() {
  ret i64 42
}

define i64 @classify() section "tc" {
  ret i64 0
}
