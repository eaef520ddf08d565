; A copy of unknown length is a call of memcpy that only code generation invents. The definition offered by an archive
; serves it, and is not thrown away before; with --disable-memory-builtins the call is left to whoever loads the object.
;
; run: llvm-as builtins.ll -o builtins.bc && llvm-ar rcs libbuiltins.a builtins.bc
; link: --export entry main.ll libbuiltins.a
; view: symbols
; expect: F .text {{.*}} memcpy
; reject: *UND*
; link: --export entry main.ll libbuiltins.a --disable-memory-builtins
; view: symbols
; expect: *UND* {{.*}} memcpy

;--- main.ll
target triple = "bpfel"

define i64 @entry(ptr %to, ptr %from, i64 %length) section "xdp" {
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %length, i1 false)
  ret i64 0
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
;--- builtins.ll
target triple = "bpfel"

define weak ptr @memcpy(ptr %to, ptr %from, i64 %length) noinline "no-builtins" {
start:
  br label %check
check:
  %index = phi i64 [ 0, %start ], [ %next, %copy ]
  %done = icmp eq i64 %index, %length
  br i1 %done, label %end, label %copy
copy:
  %source = getelementptr i8, ptr %from, i64 %index
  %byte = load i8, ptr %source
  %target = getelementptr i8, ptr %to, i64 %index
  store i8 %byte, ptr %target
  %next = add i64 %index, 1
  br label %check
end:
  ret ptr %to
}
