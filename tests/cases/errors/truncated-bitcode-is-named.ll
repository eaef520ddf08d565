; run: llvm-as {this} -o whole.bc && head -c 200 whole.bc > half.bc && printf 'BC\300\336' > magic.bc
; link: half.bc
; error: input cannot parse half.bc
; link: magic.bc
; error: input cannot parse magic.bc
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
