; The initial value of a variable on the stack comes as a copy of a constant: it is stored, eight bytes at a time, and not
; read from a section that the verifier would have to look up.
;
; args: --export entry --cpu v3
; view: disasm entry
; reject: .rodata
; reject: = *(u
; expect: *(u32 *)(r10 - 0x8) = w
; expect: *(u64 *)(r10 - 0x10) = r

target triple = "bpfel"

%options = type { i32, i32, i8, [3 x i8] }

@initial = private unnamed_addr constant %options { i32 -1, i32 0, i8 6, [3 x i8] zeroinitializer }, align 4

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

define i32 @entry() section "tc" {
  %options = alloca %options, align 4
  call void @llvm.memcpy.p0.p0.i64(ptr align 4 %options, ptr align 4 @initial, i64 12, i1 false)
  %result = call i32 @take(ptr %options)
  ret i32 %result
}

define internal i32 @take(ptr %options) noinline optnone {
  %error = getelementptr i8, ptr %options, i64 4
  %value = load volatile i32, ptr %error
  ret i32 %value
}
