; A value that is not defined on some path is none of a register that holds nothing: the kernel refuses to read it ("!read_ok"),
; also where it is only saved or passed on.
;
; args: --export entry --export returned --export passed --export kept --emit llvm-ir
; view: ir
; expect: define i64 @entry(
; expect: phi i64 [ %value, %defined ], [ 0, %0 ]
; expect: define i64 @returned(
; expect: ret i64 0
; expect: define i64 @passed(
; expect: inttoptr (i64 7 to ptr)(i64 0, i64 %x)
; expect: define i64 @kept(
; expect: asm sideeffect {{.*}}(i64 0)
; reject: undef
; reject: poison
;
; A parameter that its function does not look at needs no value.
;
; args: --export ignored --emit llvm-ir
; view: ir
; expect: call i64 @callee(i64 {{poison|undef}}, i64 %x)

target triple = "bpfel"

define i64 @entry(i64 %x) section "socket" {
  %big = icmp ugt i64 %x, 7
  br i1 %big, label %defined, label %done

defined:
  %value = call i64 inttoptr (i64 5 to ptr)()
  br label %done

done:
  %phi = phi i64 [ %value, %defined ], [ undef, %0 ]
  %time = call i64 inttoptr (i64 5 to ptr)()
  %chosen = select i1 %big, i64 %phi, i64 %time
  ret i64 %chosen
}

define i64 @returned(i64 %x) section "socket" {
  ret i64 undef
}

define i64 @passed(i64 %x) section "socket" {
  %got = call i64 inttoptr (i64 7 to ptr)(i64 poison, i64 %x)
  ret i64 %got
}

define i64 @kept(i64 %x) section "socket" {
  call void asm sideeffect "r1 = $0", "r"(i64 undef)
  ret i64 %x
}

define i64 @ignored(i64 %x) section "socket" {
  %got = call i64 @callee(i64 undef, i64 %x)
  ret i64 %got
}

define internal i64 @callee(i64 %unused, i64 %x) noinline {
  %time = call i64 inttoptr (i64 5 to ptr)()
  %sum = add i64 %time, %x
  ret i64 %sum
}
