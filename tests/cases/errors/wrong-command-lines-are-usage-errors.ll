; What is wrong with the words alone. Nothing is read, nothing is written.
;
; run: cp this.ll in.ll && ln -s in.ll link.ll && echo @loop > loop && echo '{ global: a' > bad.ver
; link: --nosuch this.ll
; error: usage unknown option `--nosuch`
; link: --emit objj this.ll
; error: usage `--emit` knows no kind `objj`
; help: kinds are obj, asm, llvm-ir, llvm-bc
; link: --emit obj= this.ll
; error: usage `--emit obj=` names no file
; link: --cpu v9 this.ll
; error: usage `--cpu` cannot be `v9`
; link: --target x86_64 this.ll
; error: usage `--target` cannot be `x86_64`
; link: -O9 this.ll
; error: usage `-O` cannot be `9`
; link: --btf-compat x this.ll
; error: usage `--btf-compat` cannot be `x`
; link: --remap-path-prefix x this.ll
; error: usage `--remap-path-prefix` cannot be `x`
; link: --fatal-errors maybe this.ll
; error: usage `--fatal-errors` cannot be `maybe`
; link: -flavor nosuch this.ll
; error: usage unknown flavor `nosuch`
; link: this.ll -o ""
; error: usage `--output` is given an empty value
; link: --emit obj,asm this.ll -o -
; error: usage standard output holds one kind only
; link: --emit obj=a,asm=a this.ll
; error: usage obj and asm are both written to a
; link: @missing this.ll
; error: usage cannot read response file missing
; link: @loop this.ll
; error: usage response file loop includes itself
; link: --export-symbols missing this.ll
; error: usage cannot read missing of `--export-symbols`
; link: --version-script bad.ver this.ll
; error: usage cannot read bad.ver of `--version-script`
; cause: line 1: expected `;`, found the end of the file
; link: --llvm-args=-nosuch this.ll
; error: usage --llvm-args: LLVM
; link: in.ll -o in.ll
; error: usage cannot write in.ll: it is an input
; help: give it a name of its own
; link: link.ll -o in.ll
; error: usage cannot write in.ll: it is an input
; cause: it is the file link.ll
; link: in.ll -o out.o --log-file in.ll
; error: usage cannot write in.ll: it is an input
; link: in.ll -o out.o --time-trace=in.ll
; error: usage cannot write in.ll: it is an input
; run: cmp this.ll in.ll
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
