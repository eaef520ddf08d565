; In debug builds `unreachable_unchecked` panics, and a handler may call what panics.
;
; args: --export entry
; view: disasm entry
; expect: call 0x8
; expect: r0 = 0x0
; reject: call 0x7
; count: 1 call

target triple = "bpfel"

define i32 @entry(ptr %context) section "xdp" {
  %index = load i32, ptr %context
  %bad = icmp ugt i32 %index, 4
  br i1 %bad, label %fail, label %good
good:
  ret i32 2
fail:
  call void @_RNvNtCs1_4core9panicking5panic()
  unreachable
}

define internal void @_RNvNtCs1_4core9panicking5panic() cold noinline noreturn {
  call void @rust_begin_unwind()
  unreachable
}

define internal void @rust_begin_unwind() noreturn {
  %at = call i32 @bump()
  %never = call i32 inttoptr (i64 7 to ptr)()
  unreachable
}

define internal i32 @bump() noinline {
  %old = call i32 inttoptr (i64 8 to ptr)()
  call void @_RNvNtCs1_4core4hint21unreachable_unchecked()
  unreachable
}

define internal void @_RNvNtCs1_4core4hint21unreachable_unchecked() noreturn {
  call void @_RNvNtCs1_4core9panicking5panic()
  unreachable
}
