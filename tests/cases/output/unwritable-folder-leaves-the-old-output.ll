; The file is written beside and renamed: a link that fails changes nothing and leaves nothing.
;
; run: mkdir folder && echo old > folder/old.o
; args: --export entry -o missing/new.o
; error: io cannot write missing/new.o
; help: create it
; args: --export nosuch -o folder/old.o
; error: link
; view: text in folder/old.o
; expect-next: old
; link: broken.ll -o folder/old.o
; error: input
; view: files
; expect-next: broken.ll
; expect-next: folder/old.o
; expect-next: this.ll
; count: 3 {{.}}
; run: ls -A folder
; view: stdout
; count: 1 {{.}}
; view: text in folder/old.o
; expect-next: old

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- broken.ll
define i64 @entry( {
