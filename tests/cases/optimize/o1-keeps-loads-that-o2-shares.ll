; Finding that two loads in different blocks are one takes global value numbering, which starts at -O2. -O0 is -O1: hardly
; any program fits BPF unoptimised.
;
; args: --export entry -O1
; view: disasm entry
; count: 2 = *(u64 *)(r{{[0-9]}} + 0x0)
; args: --export entry -O2
; view: disasm entry
; count: 1 = *(u64 *)(r{{[0-9]}} + 0x0)
; args: --export entry
; view: disasm entry
; count: 1 = *(u64 *)(r{{[0-9]}} + 0x0)
; args: --export entry -O0
; view: disasm entry
; count: 2 = *(u64 *)(r{{[0-9]}} + 0x0)

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

define i64 @entry(ptr %words, i64 %ask) section "xdp" {
start:
  %first = load i64, ptr %words
  %asked = icmp eq i64 %ask, 0
  br i1 %asked, label %then, label %end
then:
  %time = call i64 inttoptr (i64 5 to ptr)() memory(none)
  br label %end
end:
  %factor = phi i64 [ 1, %start ], [ %time, %then ]
  %again = load i64, ptr %words
  %square = mul i64 %first, %again
  %product = mul i64 %square, %factor
  ret i64 %product
}
