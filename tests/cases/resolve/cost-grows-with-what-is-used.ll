; Counted, not timed: twice the members on offer, and neither more members nor more bytes are read for LLVM; twice the
; members used, and twice as many are.
;
; run: for i in $(seq 40); do sed "s/NUMBER/$i/g" member.in > $i.ll; llvm-as $i.ll -o $i.bc; done; llvm-ar rcs lib20.a $(seq -f %g.bc 20); llvm-ar rcs lib40.a $(seq -f %g.bc 40)
; link: --export entry5 main.ll lib20.a --time-trace few.json
; link: --export entry5 main.ll lib40.a --time-trace more.json
; link: --export entry5,f6,f7,f8,f9,f10 main.ll lib40.a --time-trace used.json
; view: text in few.json
; expect: "members": 5,
; view: text in more.json
; expect: "members": 5,
; view: text in used.json
; expect: "members": 10,
; run: grep '"bytes"' few.json > few; grep '"bytes"' more.json > more; cmp few more

;--- main.ll
target triple = "bpfel"

declare i64 @f1(i64)
declare i64 @f2(i64)
declare i64 @f3(i64)
declare i64 @f4(i64)
declare i64 @f5(i64)

define i64 @entry5(ptr %context) section "xdp" {
  %a = call i64 @f1(i64 0)
  %b = call i64 @f2(i64 %a)
  %c = call i64 @f3(i64 %b)
  %d = call i64 @f4(i64 %c)
  %e = call i64 @f5(i64 %d)
  ret i64 %e
}
;--- member.in
target triple = "bpfel"

define i64 @fNUMBER(i64 %value) {
  %sum = add i64 %value, NUMBER
  ret i64 %sum
}

define i64 @unusedNUMBER(i64 %value) {
  %sum = mul i64 %value, NUMBER
  ret i64 %sum
}
