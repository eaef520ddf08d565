; The verifier learns how many bytes of a packet there are from the constant that is added before the comparison; of
; `data < end`, which LLVM makes of `data + 1 <= end`, it learns nothing.
;
; args: --export program -O2 --cpu v1
; view: disasm program
; expect: += 0x1
; expect: if r{{[0-9]}} > r{{[0-9]}} goto

target triple = "bpfel"

define i32 @program(ptr %context) section "classifier" {
  %data.place = getelementptr i8, ptr %context, i64 76
  %data = load i32, ptr %data.place
  %end.place = getelementptr i8, ptr %context, i64 80
  %end = load i32, ptr %end.place
  %has = icmp ult i32 %data, %end
  br i1 %has, label %read, label %done
read:
  %address = zext i32 %data to i64
  %place = inttoptr i64 %address to ptr
  %byte = load i8, ptr %place
  %value = zext i8 %byte to i32
  br label %done
done:
  %result = phi i32 [ %value, %read ], [ 0, %0 ]
  ret i32 %result
}
