// llvm: 23..
// args: --export entry
// args: --export entry --kernel 7.2
// error: link the kernel would refuse the program
// says: `thirteen` takes 13 arguments, 12 are allowed
// help: pass fewer, or a pointer
// view: stderr
// reject: warning
// expect: --> {{.*}}this.c:12

__attribute__((noinline))
static long thirteen(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j, long k, long l,
                     long m)
{
  asm volatile("" : "+r"(a));
  return a + b + c + d + e + f + g + h + i + j + k + l + m;
}

__attribute__((section("xdp")))
int entry(int *x)
{
  return thirteen(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11], x[12]);
}
