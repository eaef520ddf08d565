; LLVM ignores these silently, or in words of its own that name no option.
;
; args: --cpu v3 --cpu-features=-alu32
; warning: `-alu32` has no effect: v3 always uses 32-bit registers [ignored-feature]
; help: link for a lower level: `--cpu v2`
; args: --cpu v2 --cpu-features=alu32
; error: usage `--cpu-features` cannot be `alu32`
; cause: a feature starts with a sign: `+alu32` or `-alu32`
; args: --cpu v2 --cpu-features=+dwarfis
; warning: `+dwarfis` is not a feature of BPF [ignored-feature]
; help: did you mean `dwarfris`?
; args: --fatal-warnings --cpu v2 --cpu-features=-alu32,+dwarfris

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
