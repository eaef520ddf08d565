; run: llvm-as {this} -o member.bc && llvm-ar rcs whole.a member.bc && head -c 300 whole.a > half.a
; link: half.a
; error: input half.a is cut short
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
