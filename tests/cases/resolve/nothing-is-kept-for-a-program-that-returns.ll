; Of libraries of which nothing is used, nothing is in the object: two instructions, no routine, under 1.5 KB.
;
; run: llvm-as builtins.ll -o builtins.bc && llvm-ar rcs libbuiltins.a builtins.bc; printf 'entry\nmemcpy\n' > symbols
; link: --export-symbols symbols main.ll libbuiltins.a
; view: disasm
; count: 1 r0 = 0x2
; count: 1 exit
; view: sections
; reject: .text
; run: test $(stat -c %s out.o) -lt 1536

;--- main.ll
target triple = "bpfel"

define i64 @entry(ptr %context) section "xdp" {
  ret i64 2
}
;--- builtins.ll
target triple = "bpfel"

define weak ptr @memcpy(ptr %to, ptr %from, i64 %length) noinline "no-builtins" {
  ret ptr %to
}
