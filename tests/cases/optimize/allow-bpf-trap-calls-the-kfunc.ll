; Unreachable code becomes a call of the kernel's __bpf_trap (6.17), which loads only with BTF of that kernel.
;
; llvm: 21..
; args: --export entry
; view: symbols
; reject: __bpf_trap
; args: --export entry --allow-bpf-trap
; warning: no loader will understand `__bpf_trap` without BTF
; view: symbols
; expect: *UND* {{.*}} __bpf_trap

target triple = "bpfel"

define i64 @entry(i64 %kind) section "xdp" {
  switch i64 %kind, label %never [
    i64 0, label %zero
    i64 1, label %one
  ]
zero:
  ret i64 2
one:
  call void inttoptr (i64 5 to ptr)()
  unreachable
never:
  ret i64 1
}
