; link: broken.ll
; error: input
; view: stderr
; expect: broken.ll
; view: stderr
; expect: {{\b[23]\b}}

;--- broken.ll
target triple = "bpfel"
define i64 @entry( {
