; args: --export entry --cpu v4
; error: link
; says: `entry` has a sequentially consistent load or store
; help: use Ordering::Acquire

target triple = "bpfel"

define i64 @entry(ptr %place) section "xdp" {
  %value = load atomic i64, ptr %place seq_cst, align 8
  ret i64 %value
}
