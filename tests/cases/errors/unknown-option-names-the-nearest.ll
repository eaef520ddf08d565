; args: --unrol-loops
; error: usage
; view: stderr
; expect: --unroll-loops

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
