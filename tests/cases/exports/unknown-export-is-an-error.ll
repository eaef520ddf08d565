; A person who names a symbol means it.
;
; args: --export no_sush
; error: link no input defines `no_sush`
; help: did you mean `no_such`?
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @no_such() section "xdp" {
  ret i64 2
}
