; The kernel rejects a program that ends without submitting or discarding a record: "Unreleased reference".
;
; args: --export entry
; error: link `entry` may panic while it holds a ring buffer record
; place: held.rs:9
; cause: it holds a ring buffer record, since held.rs:7, and the kernel rejects a program that ends with it
; help: do what may panic before, or test first and release in both cases

target triple = "bpfel"

@RING = global [16 x i8] zeroinitializer, section ".maps"

define i32 @entry(ptr %context) section "tc" !dbg !4 {
  %index = load i32, ptr %context
  %record = call ptr inttoptr (i64 131 to ptr)(ptr @RING, i64 8, i64 0), !dbg !7
  %none = icmp eq ptr %record, null
  br i1 %none, label %done, label %got
got:
  %bad = icmp ugt i32 %index, 4
  br i1 %bad, label %fail, label %good
good:
  %field = getelementptr i8, ptr %record, i64 4
  store i32 %index, ptr %field
  call void inttoptr (i64 132 to ptr)(ptr %record, i64 0)
  br label %done
done:
  ret i32 0
fail:
  call void @abort(), !dbg !8
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
!7 = !DILocation(line: 7, scope: !4)
!8 = !DILocation(line: 9, scope: !4)
