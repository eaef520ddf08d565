// LLVM 23 passes them in memory that r11 points to. Linux 7.2 has that register, for static functions only. Where no such
// kernel is asked for, the function is inlined.
//
// llvm: 23..
// args: --btf --export entry --kernel 7.2 --fatal-warnings
// view: disasm entry
// expect: call
// args: --btf --export entry --fatal-warnings
// args: --btf --export entry --kernel 6.18 --fatal-warnings
// view: disasm entry
// reject: call
// args: --btf --export entry,six
// error: link the kernel would refuse the program
// says: `six` takes more than five arguments
// cause: only a static function may, which is verified with its caller
// help: make it `static`, or leave it out of the exports

__attribute__((noinline))
long six(long a, long b, long c, long d, long e, long f)
{
  asm volatile("" : "+r"(a));

  return a + b * c - d * e + f;
}

__attribute__((section("xdp")))
int entry(int *x)
{
  return six(x[0], x[1], x[2], x[3], x[4], x[5]);
}
