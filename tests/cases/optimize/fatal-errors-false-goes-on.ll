; An error of code generation stops the link, and nothing is written, unless told otherwise.
;
; args: --export entry
; error: link
; view: files
; reject: out.o
; args: --export entry --fatal-errors true
; error: link
; args: --export entry --fatal-errors false
; view: stderr
; expect: stack
; view: disasm entry
; expect: exit

target triple = "bpfel"

define i64 @entry(i64 %index) section "xdp" {
  %buffer = alloca [1024 x i8]
  %place = getelementptr i8, ptr %buffer, i64 %index
  store volatile i8 1, ptr %place
  ret i64 0
}
