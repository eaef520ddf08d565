; `first` is taken for the program, `second` only when `middle` turns out to need it: the member that both are of is
; linked twice. Its counter must be one, and called what the source calls it.
;
; run: for m in counted middle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs liball.a counted.bc middle.bc
; link: --export entry main.ll liball.a
; view: symbols
; count: 1 counter
; expect: .bss {{.*}} counter{{$}}
; reject: helper.m
; link: --export entry --emit llvm-ir main.ll liball.a -o out.ll
; view: ir
; count: 1 {{^@counter = }}
; reject: {{\.m0\.}}

;--- main.ll
target triple = "bpfel"

declare i64 @first()
declare i64 @middle()

define i64 @entry(ptr %context) section "xdp" {
  %one = call i64 @first()
  %two = call i64 @middle()
  %sum = add i64 %one, %two
  ret i64 %sum
}
;--- middle.ll
target triple = "bpfel"

declare i64 @second()

define i64 @middle() {
  %answer = call i64 @second()
  ret i64 %answer
}
;--- counted.ll
target triple = "bpfel"

@counter = internal global i64 0

define internal i64 @helper(i64 %by) noinline {
  %former = load volatile i64, ptr @counter
  %sum = add i64 %former, %by
  store volatile i64 %sum, ptr @counter
  ret i64 %sum
}

define i64 @first() {
  %count = call i64 @helper(i64 1)
  ret i64 %count
}

define i64 @second() {
  %count = call i64 @helper(i64 16)
  ret i64 %count
}
