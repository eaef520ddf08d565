; LLVM has a line for each feature that its target does not know, and code of another machine names dozens.
;
; args: {this}
; view: stderr
; expect: compiled for x86_64-unknown-linux-gnu, not for BPF
; reject: feature
; args: {this} --cpu-features +nonsense
; view: stderr
; expect: nonsense

target triple = "x86_64-unknown-linux-gnu"

define i64 @entry() #0 section "xdp" {
  ret i64 2
}

attributes #0 = { "target-cpu"="x86-64" "target-features"="+cx8,+mmx,+sse,+sse2,+x87,-avx" }
