; alu32 gives v2 the 32-bit registers of v3. The value may start with a minus, as rustc passes it.
;
; args: --export entry --cpu v2
; view: disasm entry
; reject: {{\bw[0-9]}}
; args: --export entry --cpu v2 --cpu-features +alu32
; view: disasm entry
; expect: w0 *= w
; args: --export entry --cpu v2 --cpu-features -dwarfris,+alu32
; view: disasm entry
; expect: w0 *= w

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) section "xdp" {
  %product = mul i32 %a, %b
  ret i32 %product
}
