; A move holds everything before it writes anything, so what overlaps comes out right; what is large stays a call.
;
; args: --export small --cpu v3
; view: disasm small
; reject: call
; count: 3 = *(
; expect: = *(u{{..}} *)(r2 +
; expect-next: = *(u{{..}} *)(r2 +
; expect-next: = *(u{{..}} *)(r2 +
; expect-next: *(u{{..}} *)(r1 +
; expect-next: *(u{{..}} *)(r1 +
; expect-next: *(u{{..}} *)(r1 +
; args: --export small --cpu v3 --disable-expand-memcpy-in-order
; view: disasm small
; reject: call
; args: --export large
; view: symbols
; expect: F .text {{.*}} memmove
; args: --export large --ignore-inline-never --fatal-warnings
; view: disasm large
; reject: call

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

define i64 @small(ptr %to, ptr %from) section "xdp" {
  call void @llvm.memmove.p0.p0.i64(ptr align 8 %to, ptr align 8 %from, i64 20, i1 false)
  ret i64 0
}

define i64 @large(ptr %words) section "xdp" {
  %to = getelementptr i8, ptr %words, i64 8
  call void @llvm.memmove.p0.p0.i64(ptr align 8 %to, ptr align 8 %words, i64 200, i1 false)
  ret i64 0
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
