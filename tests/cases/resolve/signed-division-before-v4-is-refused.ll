; There is no routine for it, and the error says what to do.
;
; args: --export entry --cpu v3
; error: link the program cannot be expressed in BPF
; help: signed division needs the instructions of `--cpu v4`
; args: --export entry --cpu v4
; view: disasm entry
; expect: s/=

target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  %one = load volatile i64, ptr %context
  %two = load volatile i64, ptr %context
  %quotient = sdiv i64 %one, %two
  ret i64 %quotient
}
