; Types form chains as long as a program likes; whoever follows them by recursion runs out of stack.
;
; run: awk 'BEGIN { n = 60000; print "target triple = \"bpfel\""; print "define i32 @entry(ptr %p) section \"xdp\" !dbg !5 { ret i32 0 }"; print "!llvm.dbg.cu = !{!0}"; print "!llvm.module.flags = !{!2}"; print "!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)"; print "!1 = !DIFile(filename: \"chain.c\", directory: \"/src\")"; print "!2 = !{i32 2, !\"Debug Info Version\", i32 3}"; print "!5 = distinct !DISubprogram(name: \"entry\", file: !1, line: 1, type: !6, spFlags: DISPFlagDefinition, unit: !0, retainedNodes: !8)"; print "!6 = !DISubroutineType(types: !7)"; print "!7 = !{null, !9}"; print "!8 = !{!4}"; print "!4 = !DILocalVariable(name: \"p\", arg: 1, scope: !5, file: !1, line: 1, type: !9)"; print "!9 = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !10, size: 64)"; for (i = 0; i < n; i++) { k = 10 + 4 * i; next_one = i + 1 < n ? k + 4 : 10; printf "!%d = distinct !DICompositeType(tag: DW_TAG_structure_type, name: \"same\", file: !1, line: %d, size: 64, elements: !%d)\n", k, i + 1, k + 1; printf "!%d = !{!%d}\n", k + 1, k + 2; printf "!%d = !DIDerivedType(tag: DW_TAG_member, name: \"next\", scope: !%d, file: !1, baseType: !%d, size: 64)\n", k + 2, k, k + 3; printf "!%d = !DIDerivedType(tag: DW_TAG_pointer_type, baseType: !%d, size: 64)\n", k + 3, next_one } }' > chain.ll
; link: chain.ll --export entry --btf
; view: btf
; expect: STRUCT 'same' size=8 vlen=1
; expect-next: 'next'
; view: btf
; expect: FUNC 'entry' {{.*}}linkage=global
