; A callback of bpf_loop sets a flag in the frame of whoever called the helper, and returns 1, which stops it. The caller
; tests the flag and ends the program.
;
; args: --export entry
; warning: no loader will understand the callback `step` without BTF [needs-btf]
; view: disasm step
; expect: r0 = 0x1
; expect: + 0x8) = r0
; expect: exit
; view: disasm entry
; expect: call 0xb5
; count: 1 call
; expect: if r

target triple = "bpfel"

define i32 @entry(ptr %context) section "tc" {
  %sum = alloca i64
  store i64 0, ptr %sum
  %ran = call i64 inttoptr (i64 181 to ptr)(i32 10, ptr @step, ptr %sum, i64 0)
  %value = load i64, ptr %sum
  %narrow = trunc i64 %value to i32
  ret i32 %narrow
}

define internal i64 @step(i32 %index, ptr %sum) {
  %bad = icmp eq i32 %index, 7
  br i1 %bad, label %fail, label %good
good:
  %old = load i64, ptr %sum
  %new = add i64 %old, 3
  store i64 %new, ptr %sum
  ret i64 0
fail:
  call void @abort()
  unreachable
}

declare void @abort() noreturn
