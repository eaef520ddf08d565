; run: {linker} -o out.o 2> said && exit 1 || test $? = 2
; view: text in said
; expect: error:
; run: {linker} {this} 2> said && exit 1 || test $? = 2
; view: text in said
; expect: error:

target triple = "bpfel"
