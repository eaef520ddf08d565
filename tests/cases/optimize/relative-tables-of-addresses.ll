; LLVM makes such a table of a `match` between strings at CPU level v4. The verifier does not add what it knows nothing of
; to an address, so it is a choice here; an error where the table is too large.
;
; args: --export entry
; view: disasm entry
; expect: == 0x0
; args: --export large
; error: link
; says: `large` reads an address that is never filled in
; cause: the initial value of `many` holds addresses

target triple = "bpfel"

@one = private unnamed_addr constant [4 x i8] c"one\00"
@two = private unnamed_addr constant [4 x i8] c"two\00"
@few = private unnamed_addr constant [2 x i32] [
  i32 trunc (i64 sub (i64 ptrtoint (ptr @one to i64), i64 ptrtoint (ptr @few to i64)) to i32),
  i32 trunc (i64 sub (i64 ptrtoint (ptr @two to i64), i64 ptrtoint (ptr @few to i64)) to i32)
]
@many = private unnamed_addr constant { [2 x i32], [20 x i32] } { [2 x i32] [
  i32 trunc (i64 sub (i64 ptrtoint (ptr @one to i64), i64 ptrtoint (ptr @many to i64)) to i32),
  i32 trunc (i64 sub (i64 ptrtoint (ptr @two to i64), i64 ptrtoint (ptr @many to i64)) to i32)
], [20 x i32] [
  i32 trunc (i64 sub (i64 ptrtoint (ptr @one to i64), i64 ptrtoint (ptr @many to i64)) to i32),
  i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0,
  i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0, i32 0
] }

define i64 @entry(ptr %context) section "xdp" {
  %wide = load i64, ptr %context
  %index = and i64 %wide, 1
  %offset = shl i64 %index, 2
  %text = call ptr @llvm.load.relative.i64(ptr @few, i64 %offset)
  %letter = load i8, ptr %text
  %value = zext i8 %letter to i64
  ret i64 %value
}

define i64 @large(ptr %context) section "xdp" {
  %wide = load i64, ptr %context
  %index = and i64 %wide, 15
  %offset = shl i64 %index, 2
  %text = call ptr @llvm.load.relative.i64(ptr @many, i64 %offset)
  %letter = load i8, ptr %text
  %value = zext i8 %letter to i64
  ret i64 %value
}

declare ptr @llvm.load.relative.i64(ptr, i64)
