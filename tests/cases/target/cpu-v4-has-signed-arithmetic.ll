; v4 adds signed division, sign-extending loads and moves, and unconditional byte swaps.
;
; args: --export entry --cpu v4
; view: disasm entry
; expect: *(s8 *)
; expect: r{{[0-9]}} s/= r
; expect: = bswap64 r

target triple = "bpfel"

define i64 @entry(ptr %bytes, i64 %by) section "xdp" {
  %byte = load i8, ptr %bytes
  %wide = sext i8 %byte to i64
  %quotient = sdiv i64 %wide, %by
  %swapped = call i64 @llvm.bswap.i64(i64 %quotient)
  ret i64 %swapped
}

declare i64 @llvm.bswap.i64(i64)
