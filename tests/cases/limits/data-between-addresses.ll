; What holds no address may be read: at a place that is known, in every entry of a table, such as the lines of locations,
; and where a loader applies relocations.
;
; args: --export entry,map -Wno-needs-btf
; view: disasm entry
; expect: exit
; args: --export known
; error: link
; says: `known` reads an address that is never filled in
; cause: the initial value of `record` holds addresses
; args: --export walked
; error: link
; says: `walked` reads an address that is never filled in
; cause: the initial value of `lines` holds addresses
; args: --export half
; error: link
; says: `half` reads an address that is never filled in
; args: --export either
; error: link
; says: `either` reads an address that is never filled in

target triple = "bpfel"

@text = internal constant [4 x i8] c"one\00"
@lines = constant [3 x { ptr, i64, i32, i32 }] [
  { ptr, i64, i32, i32 } { ptr @text, i64 3, i32 7, i32 8 },
  { ptr, i64, i32, i32 } { ptr @text, i64 3, i32 17, i32 18 },
  { ptr, i64, i32, i32 } { ptr @text, i64 3, i32 27, i32 28 }
]
@record = global { i64, ptr, ptr, i64 } { i64 5, ptr @text, ptr null, i64 7 }
@plain = global [2 x ptr] zeroinitializer
@map = global { ptr, ptr } { ptr @text, ptr @record }, section ".maps"

define i64 @entry(ptr %context) section "xdp" {
  %wide = load i64, ptr %context
  %index = and i64 %wide, 1
  %line.at = getelementptr [3 x { ptr, i64, i32, i32 }], ptr @lines, i64 0, i64 %index, i32 2
  %line = load volatile i32, ptr %line.at
  %length.at = getelementptr [3 x { ptr, i64, i32, i32 }], ptr @lines, i64 0, i64 %index, i32 1
  %length = load volatile i64, ptr %length.at
  %last = load volatile i64, ptr getelementptr (i8, ptr @record, i64 24)
  %null = load volatile ptr, ptr getelementptr (i8, ptr @record, i64 16)
  %plain.at = getelementptr [2 x ptr], ptr @plain, i64 0, i64 %index
  %plain = load volatile ptr, ptr %plain.at
  %map = load volatile ptr, ptr @map
  %same = icmp eq ptr %null, %plain
  %other = icmp eq ptr %null, %map
  %a = zext i32 %line to i64
  %b = add i64 %a, %length
  %c = add i64 %b, %last
  %d = zext i1 %same to i64
  %e = add i64 %c, %d
  %f = zext i1 %other to i64
  %g = add i64 %e, %f
  ret i64 %g
}

define i64 @known(ptr %context) section "xdp" {
  %address = load volatile i64, ptr getelementptr (i8, ptr @record, i64 8)
  ret i64 %address
}

define i64 @half(ptr %context) section "xdp" {
  %address = load volatile i32, ptr getelementptr (i8, ptr @record, i64 12)
  %wide = zext i32 %address to i64
  ret i64 %wide
}

define i64 @walked(ptr %context) section "xdp" {
start:
  %end = load volatile i64, ptr %context
  br label %loop

loop:
  %place = phi ptr [ @lines, %start ], [ %next, %loop ]
  %round = phi i64 [ 0, %start ], [ %after, %loop ]
  %address = load volatile ptr, ptr %place
  %next = getelementptr i8, ptr %place, i64 24
  %after = add i64 %round, 1
  %stop = icmp eq ptr %address, null
  br i1 %stop, label %out, label %loop

out:
  ret i64 %round
}

define i64 @either(ptr %context) section "xdp" {
  %value = load volatile i64, ptr %context
  %first = icmp eq i64 %value, 0
  %at = getelementptr i8, ptr @record, i64 8
  %place = select i1 %first, ptr @plain, ptr %at
  %address = load volatile ptr, ptr %place
  %is = icmp eq ptr %address, null
  %wide = zext i1 %is to i64
  ret i64 %wide
}
