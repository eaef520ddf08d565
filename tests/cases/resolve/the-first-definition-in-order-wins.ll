; Of archives, the first that defines a symbol; of an archive, its first member; an object before any of them.
;
; run: for m in one two three; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs lib12.a one.bc two.bc; llvm-ar rcs lib21.a two.bc one.bc; llvm-ar rcs lib3.a three.bc
; link: --export entry main.ll lib12.a lib3.a
; view: disasm entry
; expect: r0 = 0x1
; link: --export entry main.ll lib21.a lib3.a
; view: disasm entry
; expect: r0 = 0x2
; link: --export entry lib3.a main.ll lib12.a
; view: disasm entry
; expect: r0 = 0x3
; link: --export entry main.ll lib12.a three.bc
; view: disasm entry
; expect: r0 = 0x3
; link: --export entry --start-group lib3.a lib12.a --end-group main.ll
; view: disasm entry
; expect: r0 = 0x3

;--- main.ll
target triple = "bpfel"

declare i64 @answer()

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @answer()
  ret i64 %answer
}
;--- one.ll
target triple = "bpfel"

define i64 @answer() {
  ret i64 1
}
;--- two.ll
target triple = "bpfel"

define i64 @answer() {
  ret i64 2
}
;--- three.ll
target triple = "bpfel"

define i64 @answer() {
  ret i64 3
}
