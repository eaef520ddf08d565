; Only code generation finds that the copy is never reached. The routine that was linked for it is taken back, and code generated
; again.
;
; run: {linker} --log-level debug --export copy {this} -o out.o 2> log
; run: test "$(grep -c 'parsing the emitted object' log)" = 2
; run: grep 'does not call {"memcpy"}, which was foreseen' log
; args: --export copy
; view: symbols
; expect: copy
; reject: memcpy

target triple = "bpfel"

define i64 @copy(ptr %to, ptr %from, i64 %n) noinline optnone section "xdp" {
  %known = call i1 @llvm.is.constant.i64(i64 %n)
  br i1 %known, label %some, label %done
some:
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %n, i1 false)
  br label %done
done:
  ret i64 2
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare i1 @llvm.is.constant.i64(i64)
