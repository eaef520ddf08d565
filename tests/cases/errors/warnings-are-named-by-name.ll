; A name that no warning has is an error, with the nearest there is; gcc's words for more warnings, or for all of them being
; errors, mean what they do there.
;
; args: -W no-no-debug-inf
; error: usage `-W` cannot be `no-no-debug-inf`
; cause: no warning is called `no-debug-inf`, but one is called `no-debug-info`
; args: -Wquite-another-thing
; error: usage `-W` cannot be `quite-another-thing`
; cause: no warning is called `quite-another-thing`: `--help` lists all names
; args: -Wall -Wextra -Wno-no-debug-info --btf
; args: -Werror --btf
; error: link a warning is fatal
; args: -Werror -Wno-error -Wno-no-debug-info --btf

target triple = "bpfel"

define i64 @entry(ptr %ctx) section "xdp" {
  ret i64 2
}
