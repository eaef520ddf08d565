; Each needs the other, in any order, with or without a group.
;
; run: for m in ping pong; do llvm-as $m.ll -o $m.bc; llvm-ar rcs lib$m.a $m.bc; done
; link: --export entry main.ll libping.a libpong.a
; view: disasm entry
; expect: r0 = 0x5
; link: --export entry --start-group libpong.a libping.a --end-group main.ll
; view: disasm entry
; expect: r0 = 0x5

;--- main.ll
target triple = "bpfel"

declare i64 @ping()

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @ping()
  ret i64 %answer
}
;--- ping.ll
target triple = "bpfel"

declare i64 @pong()

define i64 @ping() {
  %answer = call i64 @pong()
  ret i64 %answer
}

define i64 @end() {
  ret i64 5
}
;--- pong.ll
target triple = "bpfel"

declare i64 @end()

define i64 @pong() {
  %answer = call i64 @end()
  ret i64 %answer
}
