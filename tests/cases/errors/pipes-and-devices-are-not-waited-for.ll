; What is read must be a regular file: nobody knows whether a pipe or a device ever ends.
;
; run: mkfifo pipe && llvm-ar rcT thin.a {this} && ln -s pipe link
; link: pipe
; error: input cannot read pipe
; cause: it is a pipe, not a regular file
; help: write what it holds to a file
; link: link
; error: input cannot read link
; link: /dev/zero
; error: input cannot read /dev/zero
; cause: it is a device, not a regular file
; args: --export-symbols pipe
; error: usage cannot read pipe of `--export-symbols`
; cause: it is a pipe, not a regular file
; args: --version-script /dev/zero
; error: usage cannot read /dev/zero of `--version-script`
; args: --dynamic-list pipe
; error: usage cannot read pipe of `--dynamic-list`
; args: @pipe
; error: usage cannot read response file pipe
; args: --llvm pipe
; error: llvm the libLLVM asked for by --llvm cannot be used
; run: mv {this} was && mkfifo {this}
; link: --whole-archive thin.a
; error: input cannot read thin.a(this.ll)
; cause: it is a pipe, not a regular file
; run: rm {this} && mv was {this}
; args: --export-symbols /dev/null
; warning: the output holds no program and no data
; run: rm out.o; (ulimit -f 0; {linker} {this} -o out.o 2>&1 | cat; {linker} {this} -o /dev/null --report report 2>&1 | cat)
; view: stdout
; expect: error: cannot write out.o
; expect-next: = cause: it would exceed the limit of 0 bytes on the size of a file
; expect-next: = help: raise the limit (`ulimit -f`); what was there before is still there
; expect: error: cannot write report
; run: ls -A
; view: stdout
; reject: bpf-linker
; reject: report

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
