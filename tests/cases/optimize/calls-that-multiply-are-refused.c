// Each function calls the one before twice: what they become without calls doubles with each.
//
// args: --ignore-inline-never
// error: link `entry` would become too large without calls
// cause: `f20` makes
// help: a function that calls another one twice doubles it
// args: --export entry -W no-call-depth
// error: link the kernel would refuse the program
volatile int state;
#define TWICE(to, from) static __attribute__((noinline)) int to(int x) { state = x; return from(x + 1) + from(x * 3); }
static __attribute__((noinline)) int f0(int x) { state = x; return x * state; }
TWICE(f1, f0) TWICE(f2, f1) TWICE(f3, f2) TWICE(f4, f3) TWICE(f5, f4) TWICE(f6, f5) TWICE(f7, f6) TWICE(f8, f7)
TWICE(f9, f8) TWICE(f10, f9) TWICE(f11, f10) TWICE(f12, f11) TWICE(f13, f12) TWICE(f14, f13) TWICE(f15, f14)
TWICE(f16, f15) TWICE(f17, f16) TWICE(f18, f17) TWICE(f19, f18) TWICE(f20, f19)
__attribute__((section("xdp"))) int entry(int *context) { return f20(*context); }
