; As Zig 0.16 writes it: what is exported is an alias of something private.
;
; args: --export entry --export counter
; view: symbols
; expect: {{F xdp .* entry$}}
; reject: main.entry
; view: disasm entry
; expect: exit
; link: {this} --export entry -o all.o
; view: disasm entry
; expect: exit

target triple = "bpfel"

@main.counter = private global i64 0, section ".data.counters", align 8
@counter = alias i64, ptr @main.counter
@entry = alias i64 (ptr), ptr @main.entry
@inside = alias i64, getelementptr (i8, ptr @main.counter, i64 4)

define private i64 @main.entry(ptr %ctx) section "xdp" {
  %old = load volatile i64, ptr @counter
  %new = add i64 %old, 1
  store volatile i64 %new, ptr @counter
  %seen = call i64 @main.other(i64 %new)
  ret i64 %seen
}

define private i64 @main.other(i64 %value) noinline {
  %more = mul i64 %value, 3
  ret i64 %more
}
