; A weak reference is content with nothing, as of ld; a weak definition is a definition, and takes no member either.
;
; run: for m in maybe weak; do llvm-as $m.ll -o $m.bc; llvm-ar rcs lib$m.a $m.bc; done
; link: --export entry --trace main.ll libmaybe.a libweak.a
; view: stderr
; expect: main.ll
; reject: libmaybe
; reject: libweak
; view: disasm entry
; expect: r0 = 0x3

;--- main.ll
target triple = "bpfel"

declare extern_weak i64 @maybe()

define weak i64 @weak() {
  ret i64 3
}

define i64 @entry(ptr %context) section "xdp" {
  %there = icmp ne ptr @maybe, null
  br i1 %there, label %ask, label %end
ask:
  %asked = call i64 @maybe()
  br label %end
end:
  %answer = call i64 @weak()
  ret i64 %answer
}
;--- maybe.ll
target triple = "bpfel"

define i64 @maybe() {
  ret i64 1
}
;--- weak.ll
target triple = "bpfel"

define i64 @weak() {
  ret i64 4
}
