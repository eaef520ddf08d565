; Inline assembly of the host is nothing BPF can run, wherever the error surfaces.
;
; args: --export entry
; error: link the program cannot be expressed in BPF
; cause: <inline asm>:1:2: invalid register/token name
; view: files
; reject: out.o

target triple = "x86_64-unknown-linux-gnu"

define i64 @entry() section "xdp" {
  call void asm sideeffect "pushq %rbp", ""()
  ret i64 2
}
