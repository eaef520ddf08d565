; args: --export entry
; view: symbols
; expect: g F xdp {{.*}} entry
; reject: {{dead|unread}}
; view: sections
; reject: {{\.rodata|\.data|\.bss}}

target triple = "bpfel"

@unread = global i32 7
@unread_text = constant [4 x i8] c"text"

define i64 @entry() section "xdp" {
  ret i64 2
}

define i64 @dead() {
  %word = load i32, ptr @unread
  %wide = zext i32 %word to i64
  ret i64 %wide
}
