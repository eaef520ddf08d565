; A copy whose length is not constant.
target triple = "bpfel"

@from = global [8 x i8] c"\01\02\2a\04\05\06\07\08"
@to = global [8 x i8] zeroinitializer
@count = global i64 5

declare ptr @memcpy(ptr, ptr, i64)

define i32 @copy(ptr %context) section "xdp" {
  %count = load volatile i64, ptr @count
  %length = and i64 %count, 7
  %copied = call ptr @memcpy(ptr @to, ptr @from, i64 %length)
  %place = getelementptr i8, ptr @to, i64 2
  %byte = load volatile i8, ptr %place
  %result = zext i8 %byte to i32
  ret i32 %result
}
