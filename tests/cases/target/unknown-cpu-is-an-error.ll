; args: --cpu v9
; error: usage

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
