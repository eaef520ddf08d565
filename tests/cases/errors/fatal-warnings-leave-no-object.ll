; A warning that is fatal stops the link before anything is written, unless its kind was silenced.
;
; args: --export entry --btf --fatal-warnings
; error: link a warning is fatal
; cause: --btf is given
; help: `-W no-missing-debug-info
; args: --export entry --btf --fatal-warnings -Wno-missing-debug-info
; view: stderr
; reject: debug info
; args: --export entry --btf --fatal-warnings --no-fatal-warnings
; warning: --btf is given, but no input has debug info: the BTF contains only names of functions [missing-debug-info]

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
