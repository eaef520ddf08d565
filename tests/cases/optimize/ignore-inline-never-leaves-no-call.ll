; Kernels before 4.16 know no call from BPF to BPF.
;
; args: --export entry
; view: disasm entry
; expect: call
; args: --export entry --ignore-inline-never
; view: disasm entry
; reject: call
; expect: r0 = *(u64 *)(r1 + 0x0)
; view: sections
; reject: .text

target triple = "bpfel"

define internal i64 @answer(ptr %word) noinline {
  %answer = load volatile i64, ptr %word, align 8
  ret i64 %answer
}

define i64 @entry(ptr %word) section "xdp" {
  %answer = call i64 @answer(ptr %word)
  ret i64 %answer
}
