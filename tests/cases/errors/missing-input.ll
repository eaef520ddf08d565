; link: nowhere.bc
; error: input
; view: stderr
; expect: nowhere.bc
; view: files
; reject: out.o

;--- unused.ll
target triple = "bpfel"
