; Sound inputs that make no program together, or one that BPF cannot express.
;
; run: sed s/bpfel/bpfeb/ other.ll > big.ll
; args: --export nosuch
; error: link no input defines `nosuch`, which --export exports
; args: --export enty
; error: link no input defines `enty`, which --export exports
; link: {this} again.ll
; error: link `entry` is defined twice
; cause: first in this.ll
; cause: again in again.ll
; link: {this} big.ll
; error: link inputs of both byte orders cannot make one object
; cause: this.ll is for bpfel
; cause: big.ll is for bpfeb
; link: other.ll missing.ll
; error: link undefined symbol `nowhere`
; cause: `nowhere` is needed by `asks` at instruction 0
; link: --cpu v1 update.ll
; error: link the program cannot be expressed in BPF
; says: `greatest` has an atomic operation that BPF lacks
; link: --cpu v3 signed.ll
; error: link the program cannot be expressed in BPF
; says: `quotient` divides with a sign
; link: foreign.ll --fatal-warnings
; error: link a warning is fatal, since --fatal-warnings is given
; help: `-W no-foreign-target` silences this one
; view: files
; reject: out.o

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- again.ll
target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 3
}
;--- other.ll
target triple = "bpfel"

define i64 @other() section "xdp" {
  ret i64 2
}
;--- missing.ll
target triple = "bpfel"

declare i64 @nowhere()

define i64 @asks() section "xdp" {
  %result = call i64 @nowhere()
  ret i64 %result
}
;--- update.ll
target triple = "bpfel"

define i64 @greatest(ptr %place, i64 %value) section "xdp" {
  %former = atomicrmw max ptr %place, i64 %value monotonic
  ret i64 %former
}
;--- signed.ll
target triple = "bpfel"

define i64 @quotient(ptr %pair) section "xdp" {
  %a = load volatile <2 x i64>, ptr %pair
  %b = load volatile <2 x i64>, ptr %pair
  %result = sdiv <2 x i64> %a, %b
  store volatile <2 x i64> %result, ptr %pair
  ret i64 0
}
;--- foreign.ll
target triple = "x86_64-unknown-linux-gnu"

define i64 @entry() section "xdp" {
  ret i64 2
}
