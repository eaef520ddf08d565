; What is wrong with the words of --verify is told before anything is linked, and nothing is run.
;
; run: printf '#!/bin/sh\necho run > ran\n' > bpf-verdict && chmod +x bpf-verdict
; args: --verify --emit asm
; error: usage --verify needs an object
; args: --verify -r
; error: usage --verify cannot judge an object for a later link
; args: --verify=running,missing/vmlinuz
; error: input kernel image missing/vmlinuz is not a file
; args: --verify --verify-with ./bpf-verdict
; error: usage `--verify-with` cannot be `./bpf-verdict`
; cause: the path of a program to run is absolute
; args: --verify --verify-with /nowhere/bpf-verdict
; error: io --verify runs /nowhere/bpf-verdict, which is not there
; help: install the package bpf-verdict
; args: --verify --verify-with /dev/null
; error: io --verify runs /dev/null, which is not there
; args: --verify-with /nowhere/bpf-verdict --verify-timeout 1
; run: test ! -e ran

target triple = "bpfel"

define i32 @entry(ptr %context) section "xdp" {
  ret i32 2
}
