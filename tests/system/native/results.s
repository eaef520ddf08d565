# One call of memcpy whose result is read, as GCC does, and one to the stack whose result is not.
    .section xdp,"ax",@progbits
    .globl copy
    .type copy,@function
copy:
    r1 = to ll
    r2 = from ll
    r3 = count ll
    r3 = *(u64 *)(r3 + 0)
    r3 &= 7
    call memcpy
    r6 = *(u8 *)(r0 + 2)
    r1 = r10
    r1 += -8
    *(u64 *)(r1 + 0) = r6
    r2 = from ll
    r3 = 1
    call memcpy
    r0 = r6
    exit
    .size copy, .-copy
    .data
    .globl from
    .type from,@object
from:
    .byte 1, 2, 42, 4, 5, 6, 7, 8
    .size from, 8
    .globl to
    .type to,@object
to:
    .zero 8
    .size to, 8
    .globl count
    .type count,@object
count:
    .quad 5
    .size count, 8
    .section license,"aw",@progbits
    .globl LICENSE
    .type LICENSE,@object
LICENSE:
    .asciz "GPL"
    .size LICENSE, 4
