; Nothing is logged unless asked for; the log goes to a file, or to standard error when RUST_LOG asks.
;
; args: --export entry --log-file quiet.log --log-level error
; run: test ! -s quiet.log
; args: --export entry --log-file debug.log --log-level debug
; view: text in debug.log
; expect: {{(?i)debug}}
; env: RUST_LOG=debug
; args: --export entry
; view: stderr
; expect: {{(?i)debug}}
; env: RUST_LOG=debug
; args: --export entry --log-level error
; view: stderr
; reject: {{(?i)debug}}

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
