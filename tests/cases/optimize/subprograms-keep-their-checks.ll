; The author keeps `weight` out of line, and it checks its argument. No caller ever gives it more than 38, by a range that
; LLVM knows and the verifier does not: the check stays.
;
; args: --export entry --cpu v3
; view: disasm weight
; expect: if r1 {{[<>]}}
; view: symbols
; expect: l {{.*}} weight

target triple = "bpfel"

@table = internal constant [40 x i32] [i32 9, i32 8, i32 7, i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 9,
  i32 8, i32 7, i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 9, i32 8,
  i32 7, i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 9, i32 8, i32 7,
  i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 9, i32 8, i32 7, i32 6]

declare i64 @llvm.umin.i64(i64, i64)
declare i64 @llvm.usub.sat.i64(i64, i64)

define i64 @entry(i64 %priority, i64 %run) section "tc" {
  %bounded = call i64 @llvm.umin.i64(i64 %priority, i64 38)
  %left = call i64 @llvm.usub.sat.i64(i64 %bounded, i64 %run)
  %weight = call i64 @weight(i64 %left)
  ret i64 %weight
}

define internal i64 @weight(i64 %left) noinline {
  %invalid = icmp ugt i64 %left, 38
  br i1 %invalid, label %none, label %some
some:
  %place = getelementptr inbounds [40 x i32], ptr @table, i64 0, i64 %left
  %found = load i32, ptr %place
  %wide = zext i32 %found to i64
  ret i64 %wide
none:
  ret i64 -1
}
