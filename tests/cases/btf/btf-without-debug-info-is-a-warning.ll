; BTF is made of debug info: where there is none, saying nothing would be a lie. Every function is named all the same,
; since the kernel refuses a program when one of its functions is not.
;
; args: --export entry --btf
; warning: --btf is given, but no input has debug info: the BTF contains only names of functions
; help: compile Rust with -C debuginfo=2, C with -g
; view: btf
; expect: FUNC 'entry' {{.*}}linkage=global
; view: btf
; expect: FUNC 'helper' {{.*}}linkage=static

target triple = "bpfel"

define internal i64 @helper(i64 %number) noinline {
  %sum = call i64 asm sideeffect "$0 = $1", "=r,r"(i64 %number)
  ret i64 %sum
}

define i64 @entry() section "xdp" {
  %sum = call i64 @helper(i64 2)
  ret i64 %sum
}
