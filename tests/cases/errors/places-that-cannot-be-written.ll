; The link is sound, but what it makes has no place. What was there before stays, and nothing is left beside it.
;
; run: mkdir folder && echo old > old && ln -s loop2 loop1 && ln -s loop1 loop2 && mkfifo pipe
; args: -o missing/out.o
; error: io cannot write missing/out.o
; cause: no such directory: missing
; help: create it, or name a file elsewhere
; args: -o folder
; error: io cannot write folder
; cause: it is a directory
; args: -o folder/
; error: io cannot write folder/
; args: -o nothing/
; error: io cannot write nothing/
; args: -o old/out.o
; error: io cannot write old/out.o
; cause: Not a directory
; args: -o loop1
; error: io cannot write loop1
; cause: Too many levels of symbolic links
; args: -o /dev/full
; error: io cannot write /dev/full
; cause: No space left on device
; args: -o /proc/out.o
; error: io cannot write /proc/out.o
; args: --emit obj,asm=missing/out.s -o old
; error: io cannot write missing/out.s
; args: --report missing/report
; error: io cannot write missing/report
; cause: no such directory: missing
; help: create it, or name a file elsewhere
; args: --time-trace=missing/trace
; error: io cannot write missing/trace
; args: --why-extract=folder
; error: io cannot write folder
; args: --log-file missing/log
; error: io cannot write the log to missing/log
; args: --dump-module old/dump
; error: io cannot write old/dump/pre-opt.ll
; args: --reproduce old
; error: io cannot make the folder old/inputs
; help: choose another one for --reproduce
; run: {linker} --emit llvm-ir -o - {this} > /dev/full 2> said || test $? = 5
; view: text in said
; expect: error: cannot write to standard output
; run: {linker} --help > /dev/full 2> said || test $? = 5
; view: text in said
; expect: error: cannot write to standard output
; run: {linker} --emit llvm-ir -o - {this} 2> said | true
; run: {linker} -o out.o missing.bc 2> /dev/full || test $? = 3
; run: rm said && ls -A
; view: stdout
; expect-next: folder
; expect-next: loop1
; expect-next: loop2
; expect-next: old
; expect-next: pipe
; expect-next: this.ll
; count: 6 {{.}}
; view: text in old
; expect-next: old

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
