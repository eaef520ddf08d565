; What nothing but the text of assembly names is there for it, although it is not exported.
;
; args: --export entry
; view: symbols
; expect: l F .text {{.*}} sub
; view: symbols
; expect: l O .bss {{.*}} counter
; view: symbols
; reject: *UND*
; view: symbols
; reject: unnamed

target triple = "bpfel"

@counter = global i64 0

define i64 @entry(ptr %context) section "socket" {
  %got = call i64 asm sideeffect "r1 = counter ll; r1 = *(u64 *)(r1 + 0); call sub; $0 = r0", "=r,~{r0},~{r1},~{r2},~{r3},~{r4},~{r5}"()
  ret i64 %got
}

define i64 @sub(i64 %x) noinline {
  %sum = add i64 %x, 100
  ret i64 %sum
}

define i64 @unnamed(i64 %x) noinline {
  ret i64 %x
}
