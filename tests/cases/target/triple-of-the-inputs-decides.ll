; The first instruction of the program is `r0 = 2`, in the order of the triple.
;
; args: {this}
; view: header
; expect: Data: 2's complement, big endian
; run: llvm-objcopy -O binary --only-section=xdp out.o program && od -An -tx1 program
; view: stdout
; expect: b7 00 00 00 00 00 00 02 95

target triple = "bpfeb-unknown-none"

define i64 @entry() section "xdp" {
  ret i64 2
}
