; However much is asked about it, an object is parsed once. The second link lacks a routine: code generation is known to call
; it, so code is generated once, too.
;
; run: {linker} --log-level debug --btf --export entry --report report.txt --report-json report.json {this} -o out.o 2> log
; run: test "$(grep -c 'parsing the emitted object' log)" = 1
; run: test "$(grep -c 'parsing ' log)" = 1
; run: {linker} --log-level debug --btf --export copy --report report.txt {this} -o out.o 2> log
; run: test "$(grep -c 'parsing the emitted object' log)" = 1
; args: --export entry
; view: disasm entry
; expect: exit

target triple = "bpfel"

define i64 @entry(ptr %ctx) section "xdp" {
  ret i64 2
}

define i64 @copy(ptr %to, ptr %from, i64 %n) section "xdp" {
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %n, i1 false)
  ret i64 2
}

declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
