; The verifier proves what they ask, and prohibits the bits of pointers they ask it with. Checks of bounds stay.
;
; args: --export entry
; view: disasm entry
; reject: &=
; count: 1 exit

target triple = "bpfel"

define i32 @entry(ptr %context) section "xdp" {
  %bits = ptrtoint ptr %context to i64
  %low = and i64 %bits, 3
  %aligned = icmp eq i64 %low, 0
  br i1 %aligned, label %good, label %bad
good:
  call void @_RNvNvNtCs1_4core3ptr4read18precondition_check(ptr %context)
  %value = load i32, ptr %context
  ret i32 %value
bad:
  call void @_RNvNtCs1_4core9panicking36panic_misaligned_pointer_dereference(i64 4, i64 %bits)
  unreachable
}

define internal void @_RNvNvNtCs1_4core3ptr4read18precondition_check(ptr %pointer) {
  %null = icmp eq ptr %pointer, null
  br i1 %null, label %bad, label %good
good:
  ret void
bad:
  call void @_RNvNtCs1_4core9panicking36panic_misaligned_pointer_dereference(i64 4, i64 0)
  unreachable
}

define internal void @_RNvNtCs1_4core9panicking36panic_misaligned_pointer_dereference(i64 %a, i64 %b) cold noinline noreturn {
  call void @rust_begin_unwind()
  unreachable
}

define internal void @rust_begin_unwind() noreturn {
  br label %endless
endless:
  br label %endless
}
