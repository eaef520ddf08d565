; The phases with their times, and how much was linked, in the format that chrome://tracing reads.
;
; run: for m in needed deeper idle; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs liball.a idle.bc needed.bc deeper.bc
; link: --export entry --time-trace trace.json main.ll liball.a
; run: python3 -m json.tool < trace.json > valid.json
; view: text in trace.json
; expect: "traceEvents"
; expect: "members": 2
; expect: "modules": 1
; expect: "name": "resolve and merge"
; expect: "name": "optimize"
; expect: "name": "generate code"
; expect: "name": "finish the object"

;--- main.ll
target triple = "bpfel"

declare i64 @needed(ptr)

define internal i64 @unreached() noinline {
  ret i64 7
}

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @needed(ptr %context)
  ret i64 %answer
}
;--- needed.ll
target triple = "bpfel"

declare i64 @deeper(ptr)

define i64 @needed(ptr %context) {
  %answer = call i64 @deeper(ptr %context)
  ret i64 %answer
}

define i64 @beside() {
  ret i64 5
}
;--- deeper.ll
target triple = "bpfel"

define i64 @deeper(ptr %context) {
  %word = load volatile i64, ptr %context
  ret i64 %word
}
;--- idle.ll
target triple = "bpfel"

define i64 @idle() {
  ret i64 1
}
