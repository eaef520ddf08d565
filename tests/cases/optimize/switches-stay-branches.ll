; A table of addresses would need relocations of data, which no loader applies; and from LLVM 22 on such tables are lost
; for v4, where large switches become indirect jumps that kernels before 6.19 refuse.
;
; args: --export entry --export first --export second --export third --cpu v4
; view: sections
; reject: .rodata
; reject: .jumptables
; view: disasm entry
; reject: gotox
; expect: exit

target triple = "bpfel"

@first = global i64 1, align 8
@second = global i64 2, align 8
@third = global i64 3, align 8

define i64 @entry(i64 %which) section "tc" {
  switch i64 %which, label %four [
    i64 0, label %one
    i64 1, label %two
    i64 2, label %three
  ]
one:
  br label %end
two:
  br label %end
three:
  br label %end
four:
  ret i64 0
end:
  %where = phi ptr [ @first, %one ], [ @second, %two ], [ @third, %three ]
  %value = load volatile i64, ptr %where
  ret i64 %value
}
