; Equal names of what is local to two members mean two things.
;
; run: for m in one two; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs liball.a one.bc two.bc
; link: --export entry main.ll liball.a
; view: symbols
; count: 2 {{ counter(\.[0-9]+)?$}}
; count: 1 {{ counter$}}

;--- main.ll
target triple = "bpfel"

declare i64 @one()
declare i64 @two()

define i64 @entry(ptr %context) section "xdp" {
  %one = call i64 @one()
  %two = call i64 @two()
  %sum = add i64 %one, %two
  ret i64 %sum
}
;--- one.ll
target triple = "bpfel"

@counter = internal global i64 0

define i64 @one() {
  %former = load volatile i64, ptr @counter
  %sum = add i64 %former, 1
  store volatile i64 %sum, ptr @counter
  ret i64 %sum
}
;--- two.ll
target triple = "bpfel"

@counter = internal global i64 0

define i64 @two() {
  %former = load volatile i64, ptr @counter
  %sum = add i64 %former, 2
  store volatile i64 %sum, ptr @counter
  ret i64 %sum
}
