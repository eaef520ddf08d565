; A stack of 1 KiB is too large for the kernel, but not for every machine that runs BPF.
;
; args: --export entry
; error: link
; view: stderr
; expect: entry
; args: --export entry --llvm-args=-bpf-stack-size=4096
; view: disasm entry
; expect: exit
; args: --export entry --llvm-args -bpf-stack-size=4096,-bpf-expand-memcpy-in-order
; view: disasm entry
; expect: exit

target triple = "bpfel"

define i64 @entry(i64 %index) section "xdp" {
  %buffer = alloca [1024 x i8]
  %place = getelementptr i8, ptr %buffer, i64 %index
  store volatile i8 1, ptr %place
  ret i64 0
}
