; args: --target x86_64-unknown-linux-gnu
; error: usage
; view: stderr
; expect: x86_64-unknown-linux-gnu

define i64 @entry() section "xdp" {
  ret i64 2
}
