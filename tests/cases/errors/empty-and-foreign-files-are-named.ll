; link: empty
; error: input empty is empty, which cannot be linked
; link: notes.txt
; error: input notes.txt is text, but not LLVM IR, which cannot be linked
; view: files
; reject: out.o

;--- notes.txt
Remember the milk.
;--- empty
