; Two inputs and a member of an archive have a static function of one name, and call it from inline assembly by that name:
; each reaches its own, and all of them stay.
;
; run: for m in one two three; do llvm-as $m.ll -o $m.bc; done; llvm-ar rcs libthree.a three.bc
; link: --export one --export two one.bc two.bc libthree.a
; view: symbols
; count: 3 F .text {{.*}} sub
; view: disasm sub
; expect: r0 += 0x64
; view: disasm sub.1
; expect: r0 += 0x7d0
; view: disasm sub.5
; expect: r0 += 0x7530
; view: disasm one
; expect: call -0x1
; view: disasm two
; expect: call 0x2
; view: disasm three
; expect: call -0x6
;
;--- one.ll
target triple = "bpfel"

@llvm.compiler.used = appending global [1 x ptr] [ptr @sub], section "llvm.metadata"

define i64 @one(ptr %context) section "socket" {
  %got = call i64 asm sideeffect "r1 = 1; call sub; $0 = r0", "=r,~{r0},~{r1},~{r2},~{r3},~{r4},~{r5}"()
  ret i64 %got
}

define internal i64 @sub(i64 %x) noinline {
  %sum = add i64 %x, 100
  ret i64 %sum
}
;--- two.ll
target triple = "bpfel"

@llvm.compiler.used = appending global [1 x ptr] [ptr @sub], section "llvm.metadata"

declare i64 @three(i64)

define i64 @two(ptr %context) section "socket" {
  %got = call i64 asm sideeffect "r1 = 1; call sub; $0 = r0", "=r,~{r0},~{r1},~{r2},~{r3},~{r4},~{r5}"()
  %more = call i64 @three(i64 %got)
  ret i64 %more
}

define internal i64 @sub(i64 %x) noinline {
  %sum = add i64 %x, 2000
  ret i64 %sum
}
;--- three.ll
target triple = "bpfel"

@llvm.compiler.used = appending global [1 x ptr] [ptr @sub], section "llvm.metadata"

define i64 @three(i64 %x) noinline {
  %got = call i64 asm sideeffect "r1 = $1; call sub; $0 = r0", "=r,r,~{r0},~{r1},~{r2},~{r3},~{r4},~{r5}"(i64 %x)
  ret i64 %got
}

define internal i64 @sub(i64 %x) noinline {
  %sum = add i64 %x, 30000
  ret i64 %sum
}
