#!/usr/bin/env bash
# A program with too many open branches is refused with EFAULT ("Bad address"), one with too many instructions with E2BIG.
#
# Tools: Python, the running kernel (6.18 here). Needs the right to load BPF programs.
# Expected: both limits of the verifier give one error; or EFAULT means that an address of the system call was bad, as in bpf(2).
# Seen: the 8193rd branch that the verifier has yet to come back to gives EFAULT; only the last but one line of a log that few ask for
# says "The sequence of 8193 jumps is too complex". A million instructions of a loop give E2BIG, and say so.
#     8192 branches: accepted; 8193: EFAULT, The sequence of 8193 jumps is too complex.; long loop: E2BIG
set -euo pipefail
seen=$(python3 - <<'PY'
import ctypes, errno, os, struct, sys
PROG_LOAD, SOCKET_FILTER, NR_BPF = 5, 1, {"x86_64": 321, "aarch64": 280}[os.uname().machine]
GET_PRANDOM, CALL, MOV, ADD, JGT, JNE, EXIT = 7, 0x85, 0xB7, 0x07, 0x25, 0x55, 0x95
libc = ctypes.CDLL(None, use_errno=True)

# Returns the verdict and, if `level` asks for a log, its line before the statistics.
def load(code, level):
    code = b"".join(struct.pack("<BBhi", *instruction) for instruction in code)
    code, license = ctypes.create_string_buffer(code, len(code)), ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(1 << 24)
    attributes = struct.pack("<IIQQIIQ", SOCKET_FILTER, len(code) // 8, ctypes.addressof(code), ctypes.addressof(license), level,
                             len(log) if level else 0, ctypes.addressof(log) if level else 0)
    attributes = ctypes.create_string_buffer(attributes, 128)
    if libc.syscall(NR_BPF, PROG_LOAD, attributes, len(attributes)) >= 0:
        return "accepted", ""
    return errno.errorcode[ctypes.get_errno()], [*2 * [""], *log.value.decode().splitlines()][-2]

# A random number, compared with ever smaller ones: each time both ways are possible, and the first to be followed is the next line.
def branches(count):
    jumps = [(JGT, 0, count - at - 1, count - at) for at in range(count)]
    return load([(CALL, 0, 0, GET_PRANDOM), *jumps, (MOV, 0, 0, 0), (EXIT, 0, 0, 0)], 1)

loop = [(MOV, 0, 0, 0), (ADD, 0, 0, 1), (JNE, 0, -2, 1 << 30), (EXIT, 0, 0, 0)]
most, (more, why), (long, _) = branches(8192)[0], branches(8193), load(loop, 0)
print(f"8192 branches: {most}; 8193: {more}, {why}; long loop: {long}")
PY
)
echo "kernel $(uname -r): $seen"
[ "$seen" = '8192 branches: accepted; 8193: EFAULT, The sequence of 8193 jumps is too complex.; long loop: E2BIG' ] || {
    echo "changed: another limit or another error; or this needs the right to load programs" >&2
    exit 1
}
