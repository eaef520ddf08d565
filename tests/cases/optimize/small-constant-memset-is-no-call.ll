; Nothing defines memset in a C program: what is small and constant becomes stores, in either order.
;
; args: --export entry
; view: disasm entry
; reject: call
; count: 2 *(u64 *)(r
; args: --export entry --disable-expand-memcpy-in-order
; view: disasm entry
; reject: call
; count: 2 *(u64 *)(r

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

define i64 @entry(ptr %to) section "xdp" {
  call void @llvm.memset.p0.i64(ptr align 8 %to, i8 0, i64 16, i1 false)
  ret i64 0
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
