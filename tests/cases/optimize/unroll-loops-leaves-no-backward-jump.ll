; Kernels before 5.3 refuse every backward jump.
;
; args: --export entry
; view: disasm entry
; expect: goto -0x{{[0-9a-f]+}}
; args: --export entry --unroll-loops
; view: disasm entry
; reject: goto
; count: 31 *= 0x1f

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

define i64 @entry(ptr %words) section "xdp" {
start:
  br label %body
body:
  %index = phi i64 [ 0, %start ], [ %next, %body ]
  %sum = phi i64 [ 0, %start ], [ %more, %body ]
  %place = getelementptr i64, ptr %words, i64 %index
  %word = load volatile i64, ptr %place
  %times = mul i64 %sum, 31
  %more = add i64 %times, %word
  %next = add i64 %index, 1
  %done = icmp eq i64 %next, 32
  br i1 %done, label %end, label %body
end:
  ret i64 %more
}
