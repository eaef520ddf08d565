; rustc's own memory routines work on words, for which they take bits of addresses: the verifier allows no such thing. A
; definition of the program's own comes first, then the linker's.
;
; run: for m in words own; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs libcompiler_builtins-0.rlib words.bc
; link: --export entry main.ll libcompiler_builtins-0.rlib
; view: disasm memcpy
; expect: *(u8 *)
; view: disasm
; reject: 0x77
; link: --export entry --export-symbols list own.bc main.ll libcompiler_builtins-0.rlib
; view: disasm memcpy
; expect: ^= 0x55
; view: symbols
; expect: l F .text {{.*}} memcpy
; link: own.bc main.ll
; view: symbols
; expect: l F .text {{.*}} memcpy
; view: disasm memcpy
; expect: ^= 0x55
;
;--- list
memcpy
;--- main.ll
target triple = "bpfel"

define i64 @entry(ptr %to, ptr %from, i64 %length) section "xdp" {
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %length, i1 false)
  %same = call i32 @memcmp(ptr %to, ptr %from, i64 %length)
  %wide = zext i32 %same to i64
  ret i64 %wide
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i32 @memcmp(ptr, ptr, i64)
;--- words.ll
target triple = "bpfel"

define weak ptr @memcpy(ptr %to, ptr %from, i64 %length) noinline "no-builtins" {
  store volatile i64 119, ptr %to
  ret ptr %to
}

define weak i32 @memcmp(ptr %one, ptr %other, i64 %length) noinline "no-builtins" {
  store volatile i64 119, ptr %one
  ret i32 0
}
;--- own.ll
target triple = "bpfel"

define ptr @memcpy(ptr %to, ptr %from, i64 %length) noinline "no-builtins" {
start:
  br label %check
check:
  %index = phi i64 [ 0, %start ], [ %next, %copy ]
  %done = icmp eq i64 %index, %length
  br i1 %done, label %end, label %copy
copy:
  %source = getelementptr i8, ptr %from, i64 %index
  %byte = load i8, ptr %source
  %other = xor i8 %byte, 85
  %target = getelementptr i8, ptr %to, i64 %index
  store i8 %other, ptr %target
  %next = add i64 %index, 1
  br label %check
end:
  ret ptr %to
}
