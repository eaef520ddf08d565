; rustc lists symbols of crates whose code may be gone.
;
; args: --export-symbols wanted
; view: symbols
; expect: g F xdp {{.*}} entry
; reject: long_gone

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- wanted
long_gone
entry

