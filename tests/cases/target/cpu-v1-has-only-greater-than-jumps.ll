; The base instruction set compares unsigned with > and >= only; v2 adds < and <=.
;
; args: --export entry --cpu v1
; view: disasm entry
; expect: if r{{[0-9]}} {{>|>=}} r{{[0-9]}} goto
; reject: {{if .* (<|<=) }}
; reject: {{\bw[0-9]}}
; args: --export entry --cpu v2
; view: disasm entry
; expect: if r{{[0-9]}} {{<|<=}} r{{[0-9]}} goto
; reject: {{\bw[0-9]}}

target triple = "bpfel"

define i64 @entry(i64 %a, i64 %b) section "xdp" {
  %less = icmp ult i64 %a, %b
  br i1 %less, label %then, label %else
then:
  %x = call i64 inttoptr (i64 5 to ptr)()
  ret i64 %x
else:
  %y = call i64 inttoptr (i64 8 to ptr)(i64 %b)
  %sum = add i64 %y, %a
  ret i64 %sum
}
