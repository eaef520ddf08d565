; An ELF object for another machine is not what it seems; an empty output would be worse than an error.
;
; run: printf 'f: ret\n' | llvm-mc -triple=x86_64 -filetype=obj -o native.o
; link: native.o
; error: input native.o is a native x86-64 object, which cannot be linked
; help: pass a BPF object or LLVM bitcode
; view: files
; reject: out.o

;--- unused.ll
target triple = "bpfel"
