; A link reads the files that its command line names, whatever an input's assembly asks for.
;
; link: in-a-function.ll
; error: link assembly reads a file: `.incbin`
; cause: it is in `entry`
; link: outside.ll
; error: link assembly reads a file: `.Include`
; cause: it is in outside.ll, outside of functions
; link: composed.ll
; error: link assembly reads a file: `.inc\x`
; help: make the contents an array in the source
;
;--- in-a-function.ll
target triple = "bpfel"

define i64 @entry(ptr %context) section "socket" {
  call void asm sideeffect "goto +1; .incbin \22in-a-function.ll\22", ""()
  ret i64 0
}
;--- outside.ll
target triple = "bpfel"

module asm ".Include \22outside.ll\22"
;--- composed.ll
target triple = "bpfel"

module asm ".macro read x"
module asm ".inc\\x \22composed.ll\22"
module asm ".endm"
module asm "read bin"
