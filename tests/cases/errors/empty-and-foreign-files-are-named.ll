; link: empty
; error: input
; view: stderr
; expect: empty
; link: notes.txt
; error: input
; view: stderr
; expect: notes.txt
; view: files
; reject: out.o

;--- notes.txt
Remember the milk.
;--- empty
