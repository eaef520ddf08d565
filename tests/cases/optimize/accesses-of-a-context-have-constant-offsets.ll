; The kernel takes an access of a context at a constant offset from the pointer it gave ("dereference of modified ctx ptr").
; rustc makes one load of two, from an address that is chosen; an index is a variable offset to begin with.
;
; args: --export chosen --export indexed --export copied --export called -O2
; view: disasm chosen
; count: 1 (r1 + 0x0)
; count: 1 (r1 + 0x44)
; reject: r1 +=
; view: disasm indexed
; count: 1 (r1 + 0x30)
; count: 1 (r1 + 0x34)
; count: 1 (r1 + 0x38)
; count: 1 (r1 + 0x3c)
; view: disasm copied
; count: 1 (r1 + 0x30)
; count: 1 (r1 + 0x34)
; reject: r1 + 0x0)
; view: disasm pick
; count: 1 (r1 + 0x8)
; count: 1 (r1 + 0x34)

target triple = "bpfel"

define i32 @chosen(ptr %context) section "classifier" {
  %mark.place = getelementptr i8, ptr %context, i64 8
  %mark = load i32, ptr %mark.place
  %is = icmp eq i32 %mark, 2
  %offset = select i1 %is, i64 0, i64 68
  %place = getelementptr i8, ptr %context, i64 %offset
  %value = load i32, ptr %place
  ret i32 %value
}

define i32 @indexed(ptr %context) section "classifier" {
  %mark.place = getelementptr i8, ptr %context, i64 8
  %mark = load i32, ptr %mark.place
  %masked = and i32 %mark, 3
  %index = zext i32 %masked to i64
  %cb = getelementptr i8, ptr %context, i64 48
  %place = getelementptr i32, ptr %cb, i64 %index
  %value = load i32, ptr %place
  ret i32 %value
}

define i32 @copied(ptr %context) section "classifier" {
  %copy = alloca [2 x i32]
  %cb = getelementptr i8, ptr %context, i64 48
  call void @llvm.memcpy.p0.p0.i64(ptr align 4 %copy, ptr align 4 %cb, i64 8, i1 false)
  %mark.place = getelementptr i8, ptr %context, i64 8
  %mark = load i32, ptr %mark.place
  %masked = and i32 %mark, 1
  %index = zext i32 %masked to i64
  %place = getelementptr i32, ptr %copy, i64 %index
  %value = load volatile i32, ptr %place
  ret i32 %value
}

define i32 @called(ptr %context) section "classifier" {
  %len = load i32, ptr %context
  %is = icmp eq i32 %len, 2
  %value = call i32 @pick(ptr %context, i1 %is)
  ret i32 %value
}

define internal i32 @pick(ptr %context, i1 %is) noinline {
  %one = getelementptr i8, ptr %context, i64 8
  %other = getelementptr i8, ptr %context, i64 52
  %place = select i1 %is, ptr %one, ptr %other
  %value = load i32, ptr %place
  ret i32 %value
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
