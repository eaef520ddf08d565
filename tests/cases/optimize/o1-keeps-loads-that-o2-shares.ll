; That a load after a branch reads what either side knows takes global value numbering, which starts at -O2. -O0 is -O1:
; hardly any program fits BPF unoptimised.
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

define i64 @entry(ptr %word, i64 %new) section "xdp" {
start:
  %given = icmp ne i64 %new, 0
  br i1 %given, label %then, label %else
then:
  store i64 %new, ptr %word
  br label %end
else:
  %old = load i64, ptr %word
  %seven = mul i64 %old, 7
  %place = getelementptr i64, ptr %word, i64 1
  store i64 %seven, ptr %place
  br label %end
end:
  %now = load i64, ptr %word
  ret i64 %now
}
