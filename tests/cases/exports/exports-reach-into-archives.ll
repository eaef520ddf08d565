; A program in a library stays when it is named, though nothing calls it.
;
; run: llvm-as program.ll -o program.bc && llvm-as other.ll -o other.bc && llvm-ar rcs libprograms.a program.bc other.bc
; link: --export entry,from_library main.ll libprograms.a
; view: symbols
; expect: g F xdp {{.*}} entry
; expect: g F tc {{.*}} from_library
; reject: other

;--- main.ll
target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- program.ll
target triple = "bpfel"

define i64 @from_library() section "tc" {
  ret i64 0
}
;--- other.ll
target triple = "bpfel"

define i64 @other() section "tc" {
  ret i64 0
}
