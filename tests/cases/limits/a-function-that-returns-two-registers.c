// LLVM up to 22 ends the process at it, without a name or a line; LLVM 23 writes code that no kernel loads, since a
// call leaves nothing in r2.
//
// args: --export entry,wide
// error: link the program cannot be expressed in BPF
// says: `wide` returns more than one register
// place: this.c:17
// says: `entry` calls what returns more than one register
// place: this.c:26:19
// cause: a BPF function returns at most 64 bits, in r0
// help: return through a pointer
// args: --export entry
// view: disasm entry
// reject: call

__attribute__((noinline))
__int128 wide(long a)
{
  asm volatile("" : "+r"(a));
  return (__int128)a << 3 | 5;
}

__attribute__((section("xdp")))
long entry(long *x)
{
  __int128 both = wide(x[0]);
  return (long)(both >> 64) + (long)both;
}
