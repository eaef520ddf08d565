; The memory routines of C, byte by byte: small, and as the verifier likes them.
; They are used where code generation leaves a call and no input defines the routine.

define ptr @memcpy(ptr returned %to, ptr %from, i64 %length) #0 {
entry:
  %empty = icmp eq i64 %length, 0
  br i1 %empty, label %done, label %copy
copy:
  %i = phi i64 [ 0, %entry ], [ %next, %copy ]
  %source = getelementptr inbounds i8, ptr %from, i64 %i
  %byte = load i8, ptr %source, align 1
  %target = getelementptr inbounds i8, ptr %to, i64 %i
  store i8 %byte, ptr %target, align 1
  %next = add nuw i64 %i, 1
  %end = icmp eq i64 %next, %length
  br i1 %end, label %done, label %copy
done:
  ret ptr %to
}

define ptr @memmove(ptr returned %to, ptr %from, i64 %length) #0 {
entry:
  %to.address = ptrtoint ptr %to to i64
  %from.address = ptrtoint ptr %from to i64
  %distance = sub i64 %to.address, %from.address
  %ascending = icmp uge i64 %distance, %length
  br i1 %ascending, label %forward, label %backward
forward:
  %copied = call ptr @memcpy(ptr %to, ptr %from, i64 %length)
  ret ptr %to
backward:
  %left = phi i64 [ %length, %entry ], [ %i, %copy ]
  %empty = icmp eq i64 %left, 0
  br i1 %empty, label %done, label %copy
copy:
  %i = add i64 %left, -1
  %source = getelementptr inbounds i8, ptr %from, i64 %i
  %byte = load i8, ptr %source, align 1
  %target = getelementptr inbounds i8, ptr %to, i64 %i
  store i8 %byte, ptr %target, align 1
  br label %backward
done:
  ret ptr %to
}

define ptr @memset(ptr returned %to, i32 %value, i64 %length) #0 {
entry:
  %byte = trunc i32 %value to i8
  %empty = icmp eq i64 %length, 0
  br i1 %empty, label %done, label %fill
fill:
  %i = phi i64 [ 0, %entry ], [ %next, %fill ]
  %target = getelementptr inbounds i8, ptr %to, i64 %i
  store i8 %byte, ptr %target, align 1
  %next = add nuw i64 %i, 1
  %end = icmp eq i64 %next, %length
  br i1 %end, label %done, label %fill
done:
  ret ptr %to
}

define i32 @memcmp(ptr %left, ptr %right, i64 %length) #0 {
entry:
  %empty = icmp eq i64 %length, 0
  br i1 %empty, label %equal, label %compare
compare:
  %i = phi i64 [ 0, %entry ], [ %next, %same ]
  %left.place = getelementptr inbounds i8, ptr %left, i64 %i
  %left.byte = load i8, ptr %left.place, align 1
  %right.place = getelementptr inbounds i8, ptr %right, i64 %i
  %right.byte = load i8, ptr %right.place, align 1
  %differs = icmp ne i8 %left.byte, %right.byte
  br i1 %differs, label %different, label %same
same:
  %next = add nuw i64 %i, 1
  %end = icmp eq i64 %next, %length
  br i1 %end, label %equal, label %compare
different:
  %left.wide = zext i8 %left.byte to i32
  %right.wide = zext i8 %right.byte to i32
  %difference = sub i32 %left.wide, %right.wide
  ret i32 %difference
equal:
  ret i32 0
}

define i32 @bcmp(ptr %left, ptr %right, i64 %length) #0 {
  %difference = call i32 @memcmp(ptr %left, ptr %right, i64 %length)
  ret i32 %difference
}

attributes #0 = { nounwind "no-builtins" }
