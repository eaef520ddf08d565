; link: entry.ll weak.ll strong.ll
; view: disasm entry
; expect: r0 = 0x2
; link: entry.ll strong.ll weak.ll
; view: disasm entry
; expect: r0 = 0x2

;--- entry.ll
target triple = "bpfel"

declare i64 @answer()

define i64 @entry() section "xdp" {
  %answer = call i64 @answer()
  ret i64 %answer
}
;--- weak.ll
target triple = "bpfel"

define weak i64 @answer() {
  ret i64 1
}
;--- strong.ll
target triple = "bpfel"

define i64 @answer() {
  ret i64 2
}
