; args: --unrol-loops
; error: usage unknown option `--unrol-loops`
; help: did you mean `--unroll-loops`?
; args: --out-implb x
; error: usage unknown option `--out-implb`
; help: `--help` lists the options

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
