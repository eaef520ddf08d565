; What is missing, foreign, cut short or damaged, as the commands below make it.
;
; run: llvm-as {this} -o good.bc && llvm-ar rcs whole.a good.bc && mkdir folder
; run: : > empty.bc; echo hello > hello.txt; printf '\211PNG\r\n\032\n' > x.png; printf 'MZ\220\0' > a.exe
; run: printf '\317\372\355\376\7\0\0\1' > macho.o; printf '\0asm\1\0\0\0' > x.wasm; printf 'rust\0\0\0\12' > x.rmeta
; run: printf '\037\213\10\0' > x.gz; printf 'BC\300\336' > magic.bc; head -c 300 good.bc > half.bc
; run: printf '\336\300\27\13\0\0\0\0\377\377\0\0\377\377\0\0\0\0\0\0' > wrapper.bc; head -c 300 whole.a > half.a
; run: printf '!<arch>\nname/           0           0     0     644     99999x    `\nabc' > size.a
; run: printf '!<arch>\nname' > head.a; printf '!<arch>\n/               0           0     0     644     8         `\n\377\377\377\377abcd' > index.a
; run: cp good.bc gone.bc; llvm-ar rcsT thin.a gone.bc; rm gone.bc
; run: echo 'int x = 1;' > x.c; clang -target x86_64-linux-gnu -c x.c -o native.o
; run: head -c 100 native.o > half.o; cp native.o sections.o
; run: printf '\0\0\0\0\0\0\0\20' | dd of=sections.o bs=1 seek=40 conv=notrunc status=none
; link: missing.bc
; error: input cannot find missing.bc
; cause: No such file or directory
; link: this.ll -l nosuch -L .
; error: input cannot find libnosuch.a or libnosuch.rlib for -lnosuch
; cause: searched .
; link: folder
; error: input folder is a folder, not an input
; link: empty.bc
; error: input empty.bc is empty, which cannot be linked
; link: hello.txt
; error: input hello.txt is text, but not LLVM IR, which cannot be linked
; link: x.png
; error: input x.png is of an unknown kind, which cannot be linked
; link: a.exe
; error: input a.exe is a Windows executable, which cannot be linked
; link: macho.o
; error: input macho.o is a Mach-O file, which cannot be linked
; link: x.wasm
; error: input x.wasm is a WebAssembly module, which cannot be linked
; link: x.gz
; error: input x.gz is compressed by gzip, which cannot be linked
; link: x.rmeta
; error: input x.rmeta is metadata of a Rust crate, without code, which cannot be linked
; help: pass the `.rlib` of the crate
; link: native.o
; error: input native.o is a native x86-64 object, which cannot be linked
; link: half.o
; error: input half.o is a malformed ELF file
; link: sections.o
; error: input sections.o is a malformed ELF file
; link: magic.bc
; error: input cannot parse magic.bc
; link: half.bc
; error: input cannot parse half.bc
; link: wrapper.bc
; error: input wrapper.bc is malformed
; cause: its wrapper says that bitcode takes 65535 bytes from 65535, but it holds 20
; link: half.a
; error: input half.a is cut short
; link: size.a
; error: input cannot read size.a
; cause: invalid archive member size
; link: head.a
; error: input cannot read head.a
; cause: invalid archive member header
; link: --export entry thin.a
; error: input cannot read thin.a(gone.bc)
; cause: cannot find gone.bc
; link: broken.ll
; error: input cannot parse broken.ll
; cause: broken.ll:2:1: error: expected type
; link: this.ll broken.ll
; error: input cannot parse broken.ll
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- broken.ll
define i64 @entry( {
