; No kernel lets a function return an address on the stack, where most of the memory is that a program sets. So memset
; and its like return nothing, and whoever uses what they return uses the argument, which is the same.
;
; args: --export entry
; view: disasm memset
; reject: r0 = r1
; expect: exit
; view: disasm entry
; expect: R_BPF_64_32 {{.*}}
; expect: r0 = *(u64 *)(r6 + 0x0)

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

define i64 @entry(ptr %to, i64 %length) section "xdp" {
  %same = call ptr @memset(ptr %to, i32 0, i64 %length) "no-builtins"
  %value = load i64, ptr %same
  ret i64 %value
}

declare ptr @memset(ptr, i32, i64) "no-builtins"
