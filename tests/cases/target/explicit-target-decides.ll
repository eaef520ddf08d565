; args: --target bpfel
; view: header
; expect: Data: 2's complement, little endian
; expect: Machine: EM_BPF
; args: --target bpfeb
; view: header
; expect: Data: 2's complement, big endian
; expect: Machine: EM_BPF
; args: --target=bpfeb-unknown-none
; view: header
; expect: Data: 2's complement, big endian

define i64 @entry() section "xdp" {
  ret i64 2
}
