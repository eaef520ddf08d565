; Kernel functions and variables are defined by the kernel: a weak one may be absent there.
;
; args: --export entry
; warning: no loader will understand `bpf_maybe`, `bpf_surely`, `tunable` without BTF
; view: symbols
; expect: w *UND* {{.*}} bpf_maybe
; expect: *UND* {{.*}} bpf_surely
; expect: g F xdp {{.*}} entry
; expect: w *UND* {{.*}} tunable

target triple = "bpfel"

@tunable = extern_weak global i32, section ".kconfig"

declare i64 @bpf_surely(i64) section ".ksyms"
declare extern_weak i64 @bpf_maybe(i64) section ".ksyms"

define i64 @entry(i64 %a) section "xdp" {
  %x = call i64 @bpf_surely(i64 %a)
  %y = call i64 @bpf_maybe(i64 %x)
  %z = load i32, ptr @tunable
  %wide = zext i32 %z to i64
  %sum = add i64 %y, %wide
  ret i64 %sum
}
