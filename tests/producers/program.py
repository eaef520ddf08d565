import sys
from ctypes import c_int32, c_int64, c_uint64, c_void_p

from pythonbpf import bpf, bpfglobal, compile_to_ir, map, section
from pythonbpf.maps import HashMap


@bpf
@map
def last() -> HashMap:
    return HashMap(key=c_int32, value=c_uint64, max_entries=16)


@bpf
@section("tracepoint/syscalls/sys_enter_execve")
def program(ctx: c_void_p) -> c_int64:
    last.update(0, 1)
    return c_int64(0)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


compile_to_ir(__file__, sys.argv[1])
