// LLVM 23 passes the others in memory that r11 points to, which Linux 6.18 does not load. Before, a function that nobody else
// calls is inlined.
//
// llvm: ..22
// args: --export entry
// view: disasm entry
// reject: call
// args: --export entry,six
// error: link the program cannot be expressed in BPF
// says: `six` takes more than five arguments
// place: this.c:19
// says: `entry` passes more than five arguments
// place: this.c:28:10
// cause: it calls `six`
// cause: BPF passes arguments in the five registers r1 to r5
// help: pass fewer, or a pointer

__attribute__((noinline))
long six(long a, long b, long c, long d, long e, long f)
{
  asm volatile("" : "+r"(a));
  return a + b * c - d * e + f;
}

__attribute__((section("xdp")))
long entry(long *x)
{
  return six(x[0], x[1], x[2], x[3], x[4], x[5]);
}
