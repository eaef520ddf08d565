; args: --unrol-loops
; error: usage unknown option `--unrol-loops`
; help: did you mean `--unroll-loops`?

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
