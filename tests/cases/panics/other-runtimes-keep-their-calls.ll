; A larger stack says that the program is for another runtime than the kernel, such as Solana's: there a panic is a call
; that never returns, and to return 0 instead would mean success.
;
; args: --export entrypoint --llvm-args=-bpf-stack-size=4096 --allow-undefined=abort --emit asm
; view: text in out.o
; expect: call abort
;
; args: --export entrypoint --panic exit --emit asm
; view: text in out.o
; reject: call abort

target triple = "bpfel"

define i64 @entrypoint(ptr %input) {
  %count = load i64, ptr %input
  %none = icmp eq i64 %count, 0
  br i1 %none, label %fail, label %done
done:
  ret i64 0
fail:
  call void @abort()
  unreachable
}

declare void @abort() noreturn
