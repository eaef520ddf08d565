; v3 computes and jumps on the 32-bit halves w0..w9; v2 widens first.
;
; args: --export entry --cpu v2
; view: disasm entry
; reject: {{\bw[0-9]}}
; args: --export entry --cpu v3
; view: disasm entry
; expect: if w{{[0-9]}} {{.+}} goto
; reject: {{\bs(/|%)=}}

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) section "xdp" {
  %less = icmp ult i32 %a, %b
  br i1 %less, label %then, label %else
then:
  %x = call i32 inttoptr (i64 5 to ptr)()
  ret i32 %x
else:
  %y = call i32 inttoptr (i64 8 to ptr)(i32 %b)
  %sum = add i32 %y, %a
  ret i32 %sum
}
