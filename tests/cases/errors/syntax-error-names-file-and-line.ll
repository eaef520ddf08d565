; link: broken.ll
; error: input cannot parse broken.ll
; view: stderr
; expect: {{\b[23]\b}}

;--- broken.ll
target triple = "bpfel"
define i64 @entry( {
