; link: broken.ll
; error: input cannot parse broken.ll
; view: stderr
; expect: {{\b[23]\b}}
; view: stderr
; reject: another candidate

;--- broken.ll
target triple = "bpfel"
define i64 @entry( {
