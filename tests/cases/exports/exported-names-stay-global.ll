; Only what is exported stays; a list, a repeated option and a file add up.
;
; args: --export one,two
; view: symbols
; expect: g F .text {{.*}} one
; expect: g F .text {{.*}} two
; reject: {{three|four}}
; args: --export one --export four
; view: symbols
; expect: g F .text {{.*}} four
; expect: g F .text {{.*}} one
; reject: {{two|three}}
; args: --export one --export-symbols wanted
; view: symbols
; expect: g F .text {{.*}} one
; expect: g F .text {{.*}} three
; expect: g F .text {{.*}} two
; reject: four

target triple = "bpfel"

define i64 @one() {
  ret i64 1
}

define i64 @two() {
  ret i64 2
}

define i64 @three() {
  ret i64 3
}

define i64 @four() {
  ret i64 4
}
;--- wanted
two
three
