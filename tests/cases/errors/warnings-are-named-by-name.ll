; A name that no warning has is an error, with the nearest there is; gcc's words for more warnings, or for all of them being
; errors, mean what they do there.
;
; args: -W no-missing-debug-inf
; error: usage `-W` cannot be `no-missing-debug-inf`
; cause: no warning is called `missing-debug-inf`, but one is called `missing-debug-info`
; args: -Wquite-another-thing
; error: usage `-W` cannot be `quite-another-thing`
; cause: no warning is called `quite-another-thing`: `--help` lists all names
; args: -Wall -Wextra -Wno-missing-debug-info --btf
; args: -Werror --btf
; error: link a warning is fatal
; The former name of a warning stays valid, with the `no-` of `-W` and without.
; args: -Wno-debug-info --btf
; view: stderr
; reject: debug info
; args: -Wno-no-debug-info --btf
; view: stderr
; reject: debug info
; args: -Wno-missing-debug-info -Wmissing-debug-info --btf
; warning: --btf is given, but no input has debug info
; args: -Werror -Wno-error -Wno-missing-debug-info --btf

target triple = "bpfel"

define i64 @entry(ptr %ctx) section "xdp" {
  ret i64 2
}
