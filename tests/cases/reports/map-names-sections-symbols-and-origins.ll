; What a user of ld or lld looks for in a map: where everything is, where it came from, and why members were taken.
;
; run: llvm-as member.ll -o member.bc && llvm-ar rcs members.a member.bc
; link: -W no-needs-btf -Map out.map main.ll twin.ll members.a
; view: text in out.map
; expect: archive member needed by for
; expect: members.a(member.bc) main.ll member
; expect: section offset size align symbol origin
; expect: .text 
; expect: member members.a(member.bc)
; expect: entry main.ll
; expect: twin twin.ll
; expect: left to the loader: kfunc
; link: -W no-needs-btf -Wl,-M main.ll twin.ll members.a
; view: stdout
; expect: entry main.ll
; link: -W no-needs-btf --Map=x.map --emit asm main.ll twin.ll members.a
; error: usage --Map needs an object
; help: add `obj` to the kinds of --emit
; link: -W no-needs-btf --print-memory-usage main.ll twin.ll members.a
; view: stderr
; expect: program instructions of 4096 of a million stack of 512
; expect: entry {{[0-9]+ }}0.{{[0-9]}}%
; expect: 0 maps: 0 bytes
; link: -W no-needs-btf --why-live member --why-live lost --why-live nosuch --export entry main.ll twin.ll members.a
; view: stderr
; expect-next: `member` is live
; expect-next:   `entry` refers to it
; expect-next:   `entry` stays: --export exports it
; expect-next: `lost` is not live: nothing that stays refers to it
; expect-next: `nosuch` is in none of the linked inputs

;--- main.ll
target triple = "bpfel"

declare i64 @member(i64)
declare extern_weak void @kfunc() section ".ksyms"

define i64 @entry(ptr %context) section "xdp" {
  %word = load volatile i64, ptr %context
  %answer = call i64 @member(i64 %word)
  call void @kfunc()
  ret i64 %answer
}

define i64 @lost() {
  ret i64 1
}
;--- twin.ll
target triple = "bpfel"

define i64 @twin(ptr %context) section "xdp" {
  ret i64 2
}
;--- member.ll
target triple = "bpfel"

define i64 @member(i64 %word) noinline {
  %sum = call i64 asm sideeffect "$0 = $1", "=r,r"(i64 %word)
  ret i64 %sum
}
