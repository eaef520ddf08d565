; Where the number of rounds is proven but the verifier cannot see the end, a counter is added; elsewhere, none is.
; LLVM 19 ends the loop of `fold` with an ordered comparison, which the verifier follows without a counter.
;
; llvm: 22..
; args: --export clear --export fold --export divisor --export power --export counted --export unknown --export small --cpu v3
; view: disasm clear
; expect: < 0x22
; view: disasm fold
; expect: < 0x5
; view: disasm divisor
; expect: < 0x34
; view: disasm power
; expect: < 0x22
; view: disasm counted
; reject: < 0x22
; view: disasm unknown
; reject: < 0x
; view: disasm small
; reject: < 0x22

target triple = "bpfel"

; while n != 0 { n &= n - 1 }
define i32 @clear(ptr %context) section "tc" {
entry:
  %start = load volatile i32, ptr %context
  %none = icmp eq i32 %start, 0
  br i1 %none, label %exit, label %body
body:
  %n = phi i32 [ %start, %entry ], [ %next, %body ]
  %sum = phi i32 [ 0, %entry ], [ %more, %body ]
  %mixed = mul i32 %sum, 3
  %more = xor i32 %mixed, %n
  %less = add i32 %n, -1
  %next = and i32 %less, %n
  %done = icmp eq i32 %next, 0
  br i1 %done, label %exit, label %body
exit:
  %result = phi i32 [ 0, %entry ], [ %more, %body ]
  ret i32 %result
}

; while sum >> 16 != 0 { sum = (sum & 0xffff) + (sum >> 16) }
define i32 @fold(ptr %context) section "tc" {
entry:
  %start = load volatile i32, ptr %context
  br label %head
head:
  %sum = phi i32 [ %start, %entry ], [ %next, %body ]
  %high = lshr i32 %sum, 16
  %done = icmp eq i32 %high, 0
  br i1 %done, label %exit, label %body
body:
  %low = and i32 %sum, 65535
  %next = add i32 %low, %high
  br label %head
exit:
  ret i32 %sum
}

; while b != 0 { (a, b) = (b, a % b) }
define i32 @divisor(ptr %context) section "tc" {
entry:
  %x = load volatile i32, ptr %context
  %y = load volatile i32, ptr %context
  br label %head
head:
  %a = phi i32 [ %x, %entry ], [ %b, %body ]
  %b = phi i32 [ %y, %entry ], [ %rest, %body ]
  %done = icmp eq i32 %b, 0
  br i1 %done, label %exit, label %body
body:
  %rest = urem i32 %a, %b
  br label %head
exit:
  ret i32 %a
}

; loop { if n & 1 == 1 { product *= base; if n == 1 { break } } n >>= 1; base *= base }, as the library's `pow`
define i32 @power(ptr %context) section "tc" {
entry:
  %start = load volatile i32, ptr %context
  %square = load volatile i32, ptr %context
  %none = icmp eq i32 %start, 0
  br i1 %none, label %exit, label %head
head:
  %n = phi i32 [ %start, %entry ], [ %half, %latch ]
  %base = phi i32 [ %square, %entry ], [ %squared, %latch ]
  %product = phi i32 [ 1, %entry ], [ %kept, %latch ]
  %bit = and i32 %n, 1
  %even = icmp eq i32 %bit, 0
  br i1 %even, label %latch, label %odd
odd:
  %times = mul i32 %product, %base
  %last = icmp eq i32 %n, 1
  br i1 %last, label %exit, label %latch
latch:
  %kept = phi i32 [ %product, %head ], [ %times, %odd ]
  %half = lshr i32 %n, 1
  %squared = mul i32 %base, %base
  br label %head
exit:
  %result = phi i32 [ 1, %entry ], [ %times, %odd ]
  ret i32 %result
}

; A counter of the program's own bounds it.
define i32 @counted(ptr %context) section "tc" {
entry:
  %start = load volatile i32, ptr %context
  br label %body
body:
  %n = phi i32 [ %start, %entry ], [ %next, %body ]
  %i = phi i32 [ 0, %entry ], [ %more, %body ]
  store volatile i32 %n, ptr %context
  %less = add i32 %n, -1
  %next = and i32 %less, %n
  %more = add i32 %i, 1
  %done = icmp eq i32 %more, 32
  br i1 %done, label %exit, label %body
exit:
  ret i32 %next
}

; It ends for another reason than its bits: after they are gone, it may go on.
define i32 @unknown(ptr %context) section "tc" {
entry:
  %start = load volatile i32, ptr %context
  br label %body
body:
  %n = phi i32 [ %start, %entry ], [ %next, %body ]
  %less = add i32 %n, -1
  %next = and i32 %less, %n
  %other = load volatile i32, ptr %context
  %done = icmp eq i32 %other, 5
  br i1 %done, label %exit, label %body
exit:
  ret i32 %next
}

; The verifier follows a small number to the end.
define i32 @small(ptr %context) section "tc" {
entry:
  %loaded = load volatile i32, ptr %context
  %start = and i32 %loaded, 15
  br label %head
head:
  %n = phi i32 [ %start, %entry ], [ %next, %body ]
  %done = icmp eq i32 %n, 0
  br i1 %done, label %exit, label %body
body:
  store volatile i32 %n, ptr %context
  %less = add i32 %n, -1
  %next = and i32 %less, %n
  br label %head
exit:
  ret i32 %start
}
