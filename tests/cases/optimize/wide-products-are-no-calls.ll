; A call of `__multi3` returns two registers, as no BPF function can.
;
; args: --export high --export checked -O2
; view: disasm high
; count: 4 *=
; reject: call
; view: disasm checked
; reject: call

target triple = "bpfel"

define i64 @high(ptr %context) section "classifier" {
  %left = load volatile i64, ptr %context
  %right = load volatile i64, ptr %context
  %left.wide = zext i64 %left to i128
  %right.wide = zext i64 %right to i128
  %product = mul i128 %left.wide, %right.wide
  %shifted = lshr i128 %product, 64
  %high = trunc i128 %shifted to i64
  ret i64 %high
}

define i64 @checked(ptr %context) section "classifier" {
  %left = load volatile i64, ptr %context
  %right = load volatile i64, ptr %context
  %both = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %left, i64 %right)
  %product = extractvalue { i64, i1 } %both, 0
  %overflows = extractvalue { i64, i1 } %both, 1
  %result = select i1 %overflows, i64 7, i64 %product
  ret i64 %result
}

declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)
