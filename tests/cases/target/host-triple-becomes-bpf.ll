; Programs built for a host target (linker-plugin-lto, Zig) carry its triple and data layout.
;
; args: {this}
; view: stderr
; expect: compiled for x86_64-unknown-linux-gnu, not for BPF
; view: header
; expect: Data: 2's complement, little endian
; expect: Machine: EM_BPF
; view: disasm entry
; expect: r0 = 0x2

target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-unknown-linux-gnu"

define i64 @entry() section "xdp" {
  ret i64 2
}
