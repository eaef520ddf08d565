; What the kernel would refuse is never written. No compiler says that a structure contains itself; a damaged input may.
;
; run: printf 'old' > out.o
; args: --export entry --btf
; error: link the kernel would refuse the BTF of this object
; cause: [2] STRUCT `ouroboros`: it contains itself
; cause: type [2] is used in function `entry` at /src/loop.c:8
; view: text
; expect-next: old

target triple = "bpfel"

define i32 @entry(ptr %p) section "xdp" !dbg !5 {
  ret i32 0, !dbg !15
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}

!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "loop.c", directory: "/src")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!5 = distinct !DISubprogram(name: "entry", file: !1, line: 7, type: !6, spFlags: DISPFlagDefinition, unit: !0, retainedNodes: !8)
!6 = !DISubroutineType(types: !7)
!7 = !{null, !9}
!8 = !{!4}
!4 = !DILocalVariable(name: "p", arg: 1, scope: !5, file: !1, line: 7, type: !9)
!9 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !10, size: 64)
!10 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "ouroboros", file: !1, line: 3, size: 64, elements: !11)
!11 = !{!12}
!12 = !DIDerivedType(tag: DW_TAG_member, name: "inner", scope: !10, file: !1, baseType: !10, size: 64)
!15 = !DILocation(line: 8, column: 3, scope: !5)
