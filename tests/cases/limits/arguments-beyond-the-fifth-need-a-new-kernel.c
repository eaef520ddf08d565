// LLVM 23 passes them in memory that r11 points to. Linux 7.2 has that register, for static functions only.
//
// llvm: 23..
// args: --btf --export entry
// warning: more than five arguments are passed: only kernels from 7.2 on, on x86-64 and arm64, allow it
// view: stderr
// expect: `six` takes 6 ({{.*}}this.c:29)
// expect: `entry` passes 6 ({{.*}}this.c:35)
// expect: pass fewer, or a pointer to a structure
// args: --btf --export entry --kernel 7.2 --fatal-warnings
// args: --btf --export entry --kernel 6.18
// error: link kernel 6.18 would refuse the object
// help: pass fewer, or a pointer to a structure
// view: stderr
// expect: `six` at {{.*}}this.c:29 needs more than five arguments, which need r11: since kernel 7.2
// args: --btf --export entry,six
// error: link the kernel would refuse the program
// says: `six` takes more than five arguments
// cause: only a static function may, which is verified with its caller
// help: make it `static`, or leave it out of the exports
// view: stderr
// expect: --> {{.*}}this.c:29

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
