; link: one.ll two.ll
; error: link
; view: stderr
; expect: entry
; view: stderr
; expect: one.ll
; view: stderr
; expect: two.ll
; view: files
; reject: out.o

;--- one.ll
target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 1
}
;--- two.ll
target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
