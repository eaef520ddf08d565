; The wrapper of Apple's tools: magic, version, offset, size, CPU type, each 32 bits; then the bitcode.
;
; run: llvm-as needed.ll -o needed.bc && printf '\336\300\027\013\000\000\000\000\024\000\000\000' > wrapped.bc
; run: size=$(wc -c < needed.bc); for shift in 0 8 16 24; do printf "\\$(printf %o $(( (size >> shift) & 255 )))"; done >> wrapped.bc
; run: printf '\007\000\000\001' >> wrapped.bc && cat needed.bc >> wrapped.bc
; link: --export entry main.ll wrapped.bc
; view: symbols
; expect: F .text {{.*}} needed
; reject: *UND*
; run: llvm-ar rcs libwrapped.a wrapped.bc
; link: --export entry main.ll libwrapped.a
; view: symbols
; expect: F .text {{.*}} needed
; reject: *UND*

;--- main.ll
target triple = "bpfel"

declare i64 @needed(ptr)

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @needed(ptr %context)
  ret i64 %answer
}
;--- needed.ll
target triple = "bpfel"

define i64 @needed(ptr %context) noinline {
  %word = load volatile i64, ptr %context
  ret i64 %word
}
