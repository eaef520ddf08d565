; Tentative definitions of C: the largest wins, and a real definition wins over all of them.
;
; link: --export entry,table one.ll two.ll
; view: symbols
; expect: g O .bss 0000000000000020 table
; link: --export entry,table one.ll two.ll real.ll
; view: symbols
; expect: g O .data 0000000000000008 table

;--- one.ll
target triple = "bpfel"

@table = common global [2 x i64] zeroinitializer

define i64 @entry(ptr %context) section "xdp" {
  %word = load volatile i64, ptr @table
  ret i64 %word
}
;--- two.ll
target triple = "bpfel"

@table = common global [4 x i64] zeroinitializer
;--- real.ll
target triple = "bpfel"

@table = global i64 9
