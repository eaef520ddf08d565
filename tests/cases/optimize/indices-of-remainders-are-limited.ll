; Kernels before 7.0 know nothing of the range of a remainder: "R1 unbounded memory access, make sure to bounds check any
; such access". Where no address is computed from one, nothing changes.
;
; args: --export indexed --export plain --export table -O2 --cpu v1
; view: disasm indexed
; expect: %= 0x3c
; expect: > 0x3b
; view: disasm plain
; expect: %= 0x3c
; reject: 0x3b

target triple = "bpfel"

@table = global [60 x i32] zeroinitializer

define i32 @indexed(ptr %context) section "classifier" {
  %number = load i64, ptr %context
  %index = urem i64 %number, 60
  %place = getelementptr i32, ptr @table, i64 %index
  %value = load i32, ptr %place
  ret i32 %value
}

define i64 @plain(ptr %context) section "classifier" {
  %number = load i64, ptr %context
  %rest = urem i64 %number, 60
  ret i64 %rest
}
