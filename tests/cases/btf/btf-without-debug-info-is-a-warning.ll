; BTF is made of debug info: where there is none, saying nothing would be a lie.
;
; args: --export entry --btf
; warning: 

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
