; Thin LTO leaves hundreds of units empty, and nobody can do anything about it.
;
; run: mkdir rustcA && echo entry > rustcA/symbols && echo 'target triple = "bpfel"' > empty.ll
; link: {this} empty.ll --export-symbols rustcA/symbols --fatal-warnings
; link: {this} empty.ll --export entry
; warning: empty.ll defines nothing and refers to nothing

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
