; A build may have such a link, so it is no error; but mostly something else was meant, and nobody should find out when
; a loader finds nothing.
;
; run: llvm-as member.ll -o member.bc; llvm-ar rcs members.a member.bc
; link: nothing.ll
; warning: nothing.ll defines nothing and refers to nothing [empty-input]
; help: was all of its source left out by a condition
; warning: the output holds no program and no data [empty-output]
; help: what is static in its source goes where nothing uses it
; link: nothing.ll nothing2.ll nothing3.ll data.ll
; warning: nothing.ll and 2 more inputs define nothing and refer to nothing [empty-input]
; link: static.ll
; warning: the output holds no program and no data [empty-output]
; help: the inputs define `hidden` and `count`, but nothing exports or uses that
; link: members.a
; warning: the output holds no program and no data [empty-output]
; link: --version-script none.map member.ll
; warning: the output holds no program and no data [empty-output]
; help: no input defines what is exported, such as `nosuch`, `no_*`
; help: the inputs define `member`, but nothing exports or uses that
; link: --version-script hidden.map member.ll
; warning: the output holds no program and no data [empty-output]
; help: no symbol is exported: name programs and maps with `--export`
; link: licence.ll
; warning: the output holds no program and no data [empty-output]
; link: --emit llvm-ir static.ll
; warning: the output holds no program and no data [empty-output]
; link: --fatal-warnings static.ll
; error: link a warning is fatal, since --fatal-warnings is given
; help: `-W no-empty-output` silences this one
; link: --fatal-warnings -W no-empty-input nothing.ll member.ll
; link: --fatal-warnings data.ll
; link: --fatal-warnings assembly.ll
; link: --fatal-warnings --whole-archive members.a
; link: --fatal-warnings member.ll static.ll

target triple = "bpfel"

define i64 @entry() section "xdp" {
  ret i64 2
}
;--- nothing.ll
target triple = "bpfel"
;--- nothing2.ll
target triple = "bpfel"
;--- nothing3.ll
target triple = "bpfel"
;--- static.ll
target triple = "bpfel"

@count = internal global i64 1

define internal i64 @hidden() section "xdp" {
  ret i64 2
}
;--- member.ll
target triple = "bpfel"

define i64 @member() section "xdp" {
  ret i64 2
}
;--- licence.ll
target triple = "bpfel"

@LICENSE = global [4 x i8] c"GPL\00", section "license"
;--- data.ll
target triple = "bpfel"

@limit = constant i32 7, section ".rodata"
;--- assembly.ll
target triple = "bpfel"

module asm ".globl by_hand"
module asm "by_hand: exit"
;--- none.map
{ global: nosuch; no_*; local: *; };
;--- hidden.map
{ local: *; };
