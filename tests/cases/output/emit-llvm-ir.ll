; args: --export entry --emit llvm-ir
; view: ir
; expect: define {{.*}}@entry
; expect: ret i64 2
; reject: dead
; args: --export entry --emit=llvm-ir -o program.ll
; run: llvm-as program.ll -o program.bc && llc -mtriple=bpfel -filetype=obj program.bc -o program.o
; view: disasm entry in program.o
; expect: r0 = 0x2

target triple = "bpfel"

define i64 @entry() section "xdp" {
  %one = call i64 @dead()
  %two = add i64 %one, 1
  ret i64 %two
}

define i64 @dead() {
  ret i64 1
}
