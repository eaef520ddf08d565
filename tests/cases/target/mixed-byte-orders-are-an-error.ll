; link: little.ll big.ll
; error: link
; view: stderr
; expect: big.ll

;--- little.ll
target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- big.ll
target triple = "bpfeb"

define i64 @other() section "xdp" {
  ret i64 2
}
