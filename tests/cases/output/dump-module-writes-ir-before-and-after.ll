; A folder gets the IR before and after optimisation; a file, as older versions wrote, the latter alone.
;
; run: mkdir dump
; args: --export entry --dump-module dump
; run: ls dump | LC_ALL=C sort
; view: stdout
; count: 2 {{\.ll$}}
; expect: post
; expect: pre
; run: cat dump/*pre*.ll > pre.ll && cat dump/*post*.ll > post.ll
; view: ir in pre.ll
; expect: call i64 @one
; view: ir in post.ll
; expect: ret i64 2
; reject: @one
; args: --export entry --dump-module module.ll
; view: ir in module.ll
; expect: ret i64 2
; reject: @one

target triple = "bpfel"

define i64 @entry() section "xdp" {
  %one = call i64 @one()
  %two = add i64 %one, 1
  ret i64 %two
}

define i64 @one() {
  ret i64 1
}
