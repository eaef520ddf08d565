; The same inline function in every file is one, and gone when nobody calls it.
;
; link: --export entry,other one.ll two.ll
; view: symbols
; count: 1 {{ shared$}}
; reject: unused

;--- one.ll
target triple = "bpfel"

define linkonce_odr i64 @shared(ptr %context) noinline {
  %word = load volatile i64, ptr %context
  ret i64 %word
}

define linkonce_odr i64 @unused() {
  ret i64 1
}

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @shared(ptr %context)
  ret i64 %answer
}
;--- two.ll
target triple = "bpfel"

define linkonce_odr i64 @shared(ptr %context) noinline {
  %word = load volatile i64, ptr %context
  ret i64 %word
}

define i64 @other(ptr %context) section "tc" {
  %answer = call i64 @shared(ptr %context)
  ret i64 %answer
}
