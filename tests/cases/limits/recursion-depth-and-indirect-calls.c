// The kernel refuses them wherever they are, also where no program comes by.
//
// args: --export round --export point --export deep
// error: link the kernel would refuse the program
// says: `ping` is recursive
// view: stderr
// expect: error: `ping` is recursive
// expect: = cause: `ping` ({{.*}}this.c:38)
// expect-next: = cause: `pong` ({{.*}}this.c:34), called by `ping` at {{.*}}this.c:40
// expect-next: = cause: `ping` ({{.*}}this.c:38), called by `pong` at {{.*}}this.c:34
// expect: error: `point` calls what a register points to
// expect-next: --> {{.*}}this.c:50
// args: --export deep
// warning: the calls from `deep` are 9 deep: kernels before 7.2 allow 8
// view: stderr
// expect: let functions be inlined
// args: --export deep --kernel 7.2 --fatal-warnings
// args: --export deep --kernel 6.18
// error: link
// says: the calls from `deep` are 9 deep, 8 are allowed
// args: --export deepest
// error: link
// says: the calls from `deepest` are 17 deep, 16 are allowed
// args: --export deepest,twelve
// warning: the calls from `deepest` are 17 deep: kernels before 7.2 allow 8
// args: --export straight
// view: symbols
// expect: straight
#define BARRIER(x) asm volatile("" : "+r"(x))

long ping(long number);
__attribute__((noinline)) long pong(long number) {
  BARRIER(number);
  return ping(number - 1) * 3;
}

__attribute__((noinline))
long ping(long number) {
  BARRIER(number);
  return number < 2 ? 1 : pong(number - 1) * 5;
}
__attribute__((section("xdp")))
int round(int *context)
{
  return ping(context[0]);
}
__attribute__((section("xdp")))
int point(long (**context)(long))
{
  return context[0](3);
}
#define LEVEL(name, callee) \
  __attribute__((noinline)) static long name(long x) { BARRIER(x); return callee(x + 1) * 3; }
__attribute__((noinline)) static long one(long x) { BARRIER(x); return x * 7; }
LEVEL(two, one) LEVEL(three, two) LEVEL(four, three) LEVEL(five, four) LEVEL(six, five)
LEVEL(seven, six) LEVEL(eight, seven)
LEVEL(nine, eight) LEVEL(ten, nine) LEVEL(eleven, ten)
__attribute__((noinline)) long twelve(long x) { BARRIER(x); return eleven(x + 1) * 3; }
LEVEL(thirteen, twelve) LEVEL(fourteen, thirteen) LEVEL(fifteen, fourteen) LEVEL(sixteen, fifteen)
__attribute__((section("xdp")))
int deepest(int *context)
{
  return sixteen(context[0]);
}
__attribute__((section("xdp")))
int deep(int *context)
{
  return eight(context[0]);
}
__attribute__((section("xdp")))
int straight(int *context)
{
  return seven(context[0]);
}
