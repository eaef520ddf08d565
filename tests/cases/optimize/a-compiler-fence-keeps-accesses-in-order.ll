; There is nothing to generate for it, and no access is moved over it.
;
; args: --export entry
; view: disasm entry
; expect: = *(u64 *)(r1 + 0x0)
; expect: *(u64 *)(r1 + 0x0) = 
; expect: = *(u64 *)(r1 + 0x0)
; expect: exit

target triple = "bpfel"

define i64 @entry(ptr %place) section "xdp" {
  %first = load i64, ptr %place, align 8
  %next = add i64 %first, 1
  store i64 %next, ptr %place, align 8
  fence syncscope("singlethread") seq_cst
  %second = load i64, ptr %place, align 8
  ret i64 %second
}
