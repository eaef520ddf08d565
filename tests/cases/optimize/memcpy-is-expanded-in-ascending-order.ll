; The verifier follows ascending load-store pairs best. LLVM's own order starts from the end.
;
; args: --export entry
; view: disasm entry
; expect: r{{[0-9]}} = *(u64 *)(r2 + 0x0)
; expect-next: *(u64 *)(r1 + 0x0) = r
; expect-next: r{{[0-9]}} = *(u64 *)(r2 + 0x8)
; expect-next: *(u64 *)(r1 + 0x8) = r
; expect-next: r{{[0-9]}} = *(u64 *)(r2 + 0x10)
; expect-next: *(u64 *)(r1 + 0x10) = r
; args: --export entry --disable-expand-memcpy-in-order
; view: disasm entry
; reject: call
; expect: = *(u64 *)(r2 + 0x10)
; expect: = *(u64 *)(r2 + 0x0)

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

define i64 @entry(ptr %to, ptr %from) section "xdp" {
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %to, ptr align 8 %from, i64 24, i1 false)
  ret i64 0
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
