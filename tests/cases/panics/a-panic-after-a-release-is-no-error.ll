; A panic after a record is submitted, or where it is null, ends the program like any other, although a later branch tests
; the record for null again. One that only may hold the record is for the verifier to judge, and the report says so.
;
; args: --export entry --report - -W no-needs-btf
; view: stdout
; expect: entry held.rs:9:1 an abort return 0
; expect: entry held.rs:10:1 an abort; may hold a ring buffer record return 0

target triple = "bpfel"

@RING = global [16 x i8] zeroinitializer, section ".maps"

define i32 @entry(ptr %context) section "tc" !dbg !4 {
  %index = load i32, ptr %context
  %record = call ptr inttoptr (i64 131 to ptr)(ptr @RING, i64 8, i64 0), !dbg !7
  %none = icmp eq ptr %record, null
  br i1 %none, label %later, label %got
got:
  store i32 %index, ptr %record
  %keep = icmp ugt i32 %index, 7
  br i1 %keep, label %join, label %submit
submit:
  call void inttoptr (i64 132 to ptr)(ptr %record, i64 0)
  br label %later
later:
  %again = call i32 inttoptr (i64 7 to ptr)()
  %bad = icmp ugt i32 %again, 4
  %some = icmp ne ptr %record, null
  %both = and i1 %bad, %some
  br i1 %both, label %test, label %join
test:
  br i1 %some, label %fail, label %done
join:
  %odd = icmp eq i32 %index, 77
  br i1 %odd, label %perhaps, label %done
done:
  ret i32 0
fail:
  call void @abort(), !dbg !8
  unreachable
perhaps:
  call void @abort(), !dbg !9
  unreachable
}

declare void @abort() noreturn

!llvm.dbg.cu = !{!1}
!llvm.module.flags = !{!0}
!0 = !{i32 2, !"Debug Info Version", i32 3}
!1 = distinct !DICompileUnit(language: DW_LANG_Rust, file: !2, producer: "rustc", emissionKind: FullDebug)
!2 = !DIFile(filename: "held.rs", directory: "/")
!3 = !DISubroutineType(types: !{})
!4 = distinct !DISubprogram(name: "entry", file: !2, line: 5, type: !3, unit: !1, spFlags: DISPFlagDefinition)
!7 = !DILocation(line: 7, column: 1, scope: !4)
!8 = !DILocation(line: 9, column: 1, scope: !4)
!9 = !DILocation(line: 10, column: 1, scope: !4)
