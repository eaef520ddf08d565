; The kernel rejects a program that ends with a lock: "bpf_spin_lock is still held". After the unlock, a panic is fine.
;
; args: --export entry
; error: link `entry` may panic while it holds a lock

target triple = "bpfel"

define i32 @entry(ptr %context) section "tc" {
  %index = load i32, ptr %context
  %lock = call ptr inttoptr (i64 1 to ptr)(ptr null, ptr null)
  %a = call i64 inttoptr (i64 93 to ptr)(ptr %lock)
  %bad = icmp ugt i32 %index, 4
  br i1 %bad, label %fail, label %good
good:
  %b = call i64 inttoptr (i64 94 to ptr)(ptr %lock)
  %worse = icmp ugt i32 %index, 3
  br i1 %worse, label %fail.later, label %fine
fine:
  ret i32 0
fail:
  call void @abort()
  unreachable
fail.later:
  call void @abort()
  unreachable
}

declare void @abort() noreturn
