; A variable on the stack can be aligned, so that 416 bytes of it are set with 52 stores, however it was declared.
;
; args: --export entry
; view: disasm entry
; reject: call 0x
; reject: R_BPF_64_32
; count: 52 *(u64 *)(r10

target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  %buffer = alloca [416 x i8], align 1
  call void @llvm.memset.p0.i64(ptr align 1 %buffer, i8 0, i64 416, i1 true)
  ret i64 0
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
