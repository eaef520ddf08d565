; Libraries that are none, and what LLVM gives up on or crashes over. A crash leaves a folder that repeats it, in the folder
; for temporary files; see tests/system/crashes.rs.
;
; run: echo no library > text.so && mkdir folder tmp && printf '\177ELF' > stump.so
; args: --llvm missing.so
; error: llvm the libLLVM asked for by --llvm cannot be used
; cause: missing.so (asked for by --llvm) does not exist
; args: --llvm folder
; error: llvm the libLLVM asked for by --llvm cannot be used
; args: --llvm text.so
; error: llvm the libLLVM asked for by --llvm cannot be used
; args: --llvm stump.so
; error: llvm the libLLVM asked for by --llvm cannot be used
; args: --llvm {linker}
; error: llvm the libLLVM asked for by --llvm cannot be used
; env: BPF_LINKER_LLVM={dir}/missing.so
; args: --export entry
; error: llvm the libLLVM asked for by BPF_LINKER_LLVM cannot be used
; env: TMPDIR={dir}/tmp
; link: register.ll
; error: llvm LLVM gave up in the phase `generate code`, at work on the function `reads_a_register`
; cause: Running pass 'BPF DAG->DAG Pattern Instruction Selection' on function '@reads_a_register'
; help: attach 
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- register.ll
target triple = "bpfel"

define i64 @reads_a_register() section "xdp" {
  %value = call i64 @llvm.read_register.i64(metadata !0)
  ret i64 %value
}

declare i64 @llvm.read_register.i64(metadata)

!0 = !{!"rax"}
