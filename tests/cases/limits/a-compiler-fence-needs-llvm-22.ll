; There is nothing to generate, yet older ones end the process at it.
;
; llvm: ..21
; args: --export entry
; error: link
; says: `entry` has a compiler fence
; help: link with LLVM 22 or newer

target triple = "bpfel"

define i64 @entry(ptr %place) section "xdp" {
  store volatile i64 1, ptr %place
  fence syncscope("singlethread") seq_cst
  store volatile i64 2, ptr %place
  ret i64 2
}
