; llvm: 22..
; args: --export entry
; view: disasm entry
; count: 4 *(u8 *)
; args: --export entry --cpu-features=+allows-misaligned-mem-access
; view: disasm entry
; expect: *(u32 *)
; reject: *(u8 *)

target triple = "bpfel"

define i32 @entry(ptr %packed) section "xdp" {
  %word = load i32, ptr %packed, align 1
  ret i32 %word
}
