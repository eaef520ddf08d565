; rustc writes target-cpu=generic on every function it was not told otherwise about; that is no wish.
;
; args: --export entry --cpu v3
; view: disasm entry
; expect: w0 *= w

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) #0 section "xdp" {
  %product = mul i32 %a, %b
  ret i32 %product
}

attributes #0 = { "target-cpu"="generic" }
