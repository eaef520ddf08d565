; A function that returns or panics is inlined, the handler's loop ends, and the program returns 0.
;
; args: --export entry
; view: disasm entry
; reject: call
; expect: r0 = 0x0
; expect: exit
; expect: += 0x1

target triple = "bpfel"

@table = internal global [4 x i32] zeroinitializer

define i32 @entry(ptr %context) section "xdp" {
  %index = load i32, ptr %context
  %value = call i32 @checked(i32 %index)
  %more = add i32 %value, 1
  ret i32 %more
}

define internal i32 @checked(i32 %index) noinline {
  %inside = icmp ult i32 %index, 4
  br i1 %inside, label %good, label %bad
good:
  %wide = zext i32 %index to i64
  %place = getelementptr [4 x i32], ptr @table, i64 0, i64 %wide
  %value = load volatile i32, ptr %place
  ret i32 %value
bad:
  call void @_RNvNtCs1_4core9panicking18panic_bounds_check(i32 %index)
  unreachable
}

define internal void @_RNvNtCs1_4core9panicking18panic_bounds_check(i32 %index) cold noinline noreturn {
  call void @_RNvCs1_7___rustc17rust_begin_unwind()
  unreachable
}

define internal void @_RNvCs1_7___rustc17rust_begin_unwind() noreturn {
  br label %endless
endless:
  br label %endless
}
