; run: file=$(printf 'n\351e.ll') && cp {this} "$file" && {linker} "$file" -o "$(printf 's\351e.o')" && mv s*.o out.o
; view: disasm entry in out.o
; expect: r0 = 0x2

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
