; The upper half of a product, and checks for overflow, are spelled out: no routine of BPF returns 128 bits.
;
; args: --export high,checked,signed,wide
; view: symbols
; reject: __mul
; view: disasm high
; reject: call
; view: disasm wide
; reject: call

target triple = "bpfel"

define i64 @high(i64 %a, i64 %b) section "xdp" {
  %a.wide = zext i64 %a to i128
  %b.wide = zext i64 %b to i128
  %product = mul i128 %a.wide, %b.wide
  %up = lshr i128 %product, 64
  %high = trunc i128 %up to i64
  ret i64 %high
}

define i64 @checked(i64 %a, i64 %b) section "xdp" {
  %both = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %a, i64 %b)
  %product = extractvalue { i64, i1 } %both, 0
  %overflows = extractvalue { i64, i1 } %both, 1
  %value = select i1 %overflows, i64 7, i64 %product
  ret i64 %value
}

define i64 @signed(i64 %a, i64 %b) section "xdp" {
  %both = call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %a, i64 %b)
  %product = extractvalue { i64, i1 } %both, 0
  %overflows = extractvalue { i64, i1 } %both, 1
  %value = select i1 %overflows, i64 7, i64 %product
  ret i64 %value
}

define i64 @wide(ptr %x) section "xdp" {
  %a = load i128, ptr %x, align 8
  %next = getelementptr i8, ptr %x, i64 16
  %b = load i128, ptr %next, align 8
  %product = mul i128 %a, %b
  %up = lshr i128 %product, 64
  %high = trunc i128 %up to i64
  ret i64 %high
}
