; Every kernel since 5.1 has 32-bit jumps, so a probe by root finds at least v3.
;
; args: --export entry --cpu probe
; view: disasm entry
; expect: if w{{[0-9]}} {{.+}} goto

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) section "xdp" {
  %less = icmp ult i32 %a, %b
  br i1 %less, label %then, label %else
then:
  %x = call i32 inttoptr (i64 5 to ptr)()
  ret i32 %x
else:
  %y = call i32 inttoptr (i64 8 to ptr)(i32 %b)
  ret i32 %y
}
