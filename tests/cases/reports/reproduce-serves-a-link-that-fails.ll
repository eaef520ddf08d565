; A link that fails is the one that somebody wants to see.
;
; args: --export nosuch --reproduce replay
; error: link
; run: cd replay && if {linker} @response 2> words; then exit 1; fi; grep nosuch words

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
