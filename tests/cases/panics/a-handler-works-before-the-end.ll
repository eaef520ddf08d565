; What a handler does comes first, once, though it is in its loop.
;
; args: --export entry
; view: disasm entry
; count: 1 r{{.*}} += 0x1
; expect: exit

target triple = "bpfel"

@count = global i64 0

define i32 @entry(ptr %context) section "xdp" {
  %index = load i32, ptr %context
  %bad = icmp ugt i32 %index, 4
  br i1 %bad, label %fail, label %good
good:
  ret i32 2
fail:
  call void @rust_begin_unwind()
  unreachable
}

define void @rust_begin_unwind() noreturn {
  br label %endless
endless:
  %old = load volatile i64, ptr @count
  %new = add i64 %old, 1
  store volatile i64 %new, ptr @count
  br label %endless
}
