; A changed input, archive or list of exports has the link done again, a removed one does not stop make, and nothing is done
; when nothing changed. A name with a space is one name.
;
; run: llvm-as member.ll -o member.bc && llvm-ar rcs 'mem bers.a' member.bc && mkdir out && echo entry > list
; run: printf 'out/prog.o: main.ll\n\t{linker} --export-symbols list --dependency-file out/prog.d -o out/prog.o main.ll "mem bers.a"\n-include out/prog.d\n' > Makefile
; run: make
; view: stdout
; expect: bpf-linker
; run: make
; view: stdout
; expect: is up to date
; run: sleep 0.01 && touch 'mem bers.a' && make
; view: stdout
; expect: bpf-linker
; run: sleep 0.01 && touch list && make
; view: stdout
; expect: bpf-linker
; run: printf 'rule link\n  command = {linker} --export-symbols list --dependency-file out/prog.d -o out/prog.o main.ll "mem bers.a"\n  depfile = out/prog.d\n  deps = gcc\nbuild out/prog.o: link main.ll\n' > build.ninja
; run: ninja
; run: ninja
; view: stdout
; expect: no work to do
; run: sleep 0.01 && touch 'mem bers.a' && ninja -v
; view: stdout
; expect: bpf-linker
; run: ninja
; view: stdout
; expect: no work to do
; link: --dependency-file x.d -o - main.ll member.ll
; error: usage --dependency-file needs an output that is a file

;--- main.ll
target triple = "bpfel"

declare i64 @member()

define i64 @entry(ptr %context) section "xdp" {
  %answer = call i64 @member()
  ret i64 %answer
}
;--- member.ll
target triple = "bpfel"

define i64 @member() noinline {
  ret i64 2
}
