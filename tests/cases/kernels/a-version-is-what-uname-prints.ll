; People paste what `uname -r` prints. A release that never was is a slip, one that is newer than the tables is not.
;
; args: --kernel 6.1.0-13-amd64 --print-plan
; view: stdout
; expect: kernel 6.1
; args: --kernel v5.15.0-91-generic
; args: --btf-compat 4.18.0-553.el8_10.x86_64
; args: --kernel 5.40
; error: usage `--kernel` cannot be `5.40`
; cause: there is no Linux 5.40; the nearest is 5.19
; args: --btf-compat 2.6
; error: usage `--btf-compat` cannot be `2.6`
; cause: there is no Linux 2.6 with BPF
; args: --kernel six
; error: usage `--kernel` cannot be `six`
; cause: not a kernel version such as 5.4, or what `uname -r` prints
; args: --kernel 99.1
; warning: Linux 99.1 is newer than 7.3, the newest that this linker knows [newer-kernel]
; help: the object is made and checked as for 7.3

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
