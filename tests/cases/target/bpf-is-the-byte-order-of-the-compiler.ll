; clang's `-target bpf` is the byte order of the machine that compiles, and the linker may run on another one: the data layout
; of the input tells.
;
; link: big.ll
; view: header
; expect: Data: 2's complement, big endian
; link: little.ll
; view: header
; expect: Data: 2's complement, little endian
; link: empty.ll
; view: header
; expect: Data: 2's complement, big endian
; link: big.ll little.ll
; error: link inputs of both byte orders cannot make one object

;--- big.ll
target datalayout = "E-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpf"
define i64 @entry() section "xdp" {
  ret i64 2
}
;--- little.ll
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpf"
define i64 @other() section "xdp" {
  ret i64 2
}
;--- empty.ll
target datalayout = "E-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
define i64 @entry() section "xdp" {
  ret i64 2
}
