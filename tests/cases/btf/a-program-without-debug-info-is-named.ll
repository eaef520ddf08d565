; One input has debug info and the other has not: the program of the latter is named, since its BTF is made up.
;
; run: clang -target bpf -O2 -g -c -emit-llvm described.c -o described.bc
; link: --btf described.bc bare.ll
; warning: the program `bare` has no debug info: it is in the BTF by name only [missing-debug-info]
; help: compile Rust with -C debuginfo=2, C with -g
; view: btf
; expect: FUNC 'bare'

;--- bare.ll
target triple = "bpfel"

define i64 @bare() section "xdp" {
  ret i64 2
}
;--- described.c
__attribute__((section("xdp"))) int described(void *context) { return 2; }
