; link: nowhere.bc
; error: input cannot find nowhere.bc
; view: files
; reject: out.o

;--- unused.ll
target triple = "bpfel"
