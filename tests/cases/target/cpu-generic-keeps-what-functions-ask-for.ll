; clang writes the level of -mcpu on every function, and rustc always passes --cpu generic: code of both keeps its
; level, or atomics of v3 and later cannot be selected.
;
; args: --export entry --cpu generic
; view: disasm entry
; expect: w0 *= w
; args: --export entry
; view: disasm entry
; expect: w0 *= w

target triple = "bpfel"

define i32 @entry(i32 %a, i32 %b) #0 section "xdp" {
  %product = mul i32 %a, %b
  ret i32 %product
}

attributes #0 = { "target-cpu"="v3" }
