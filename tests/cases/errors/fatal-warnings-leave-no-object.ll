; A warning that is fatal stops the link before anything is written, unless its kind was silenced.
;
; args: --export entry --btf --fatal-warnings
; error: link a warning is fatal
; cause: BTF was asked for
; help: `-W no-no-debug-info
; args: --export entry --btf --fatal-warnings -Wno-no-debug-info
; view: stderr
; reject: debug info
; args: --export entry --btf --fatal-warnings --no-fatal-warnings
; warning: BTF was asked for, but no input has debug info: it describes functions by name only [no-debug-info]

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
