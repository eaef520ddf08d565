; args: --export entry --dump-module new/dump
; view: files
; expect: new/dump/post-opt.ll
; expect: new/dump/pre-opt.ll

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
