; Programs of cgroup/recvmsg4 return 1 and nothing else.
;
; args: --export entry
; view: disasm entry
; expect: r0 = 0x1
; reject: r0 = 0x0
; args: --export entry --panic-value 2
; error: link `entry` cannot return 2 when it panics
; cause: the kernel takes 1 to 1 from programs of section `cgroup/recvmsg4`
; args: --export entry --panic-value 2 --panic-value cgroup/recvmsg4=1
; args: --export entry --panic-value many
; error: usage `--panic-value` cannot be `many`

target triple = "bpfel"

define i32 @entry(ptr %context) section "cgroup/recvmsg4" {
  %index = load i32, ptr %context
  %bad = icmp ugt i32 %index, 4
  br i1 %bad, label %fail, label %good
good:
  ret i32 1
fail:
  call void @abort()
  unreachable
}

declare void @abort() noreturn
