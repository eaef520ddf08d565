// Of functions that all reach each other one way around is told, the shortest; of a long chain both ends.
//
// args: --export entry
// error: link the kernel would refuse the program
// view: stderr
// count: 1 is recursive
// expect: = cause: it is one of 4 functions that all reach each other
// args: --export long
// error: link the kernel would refuse the program
// says: the calls from `long` are 34 deep, 16 are allowed
// view: stderr
// expect: = cause: 14 more functions
// count: 21 = cause:
int state;
#define OWN __attribute__((noinline)) static

OWN int a(int x), b(int x), c(int x), d(int x);
OWN int a(int x) { state += x; return x ? b(x - 1) * 3 + c(x - 2) + d(x >> 1) : 1; }
OWN int b(int x) { state ^= x; return x ? a(x - 1) * 5 + c(x - 2) + d(x >> 1) : 2; }
OWN int c(int x) { state |= x; return x ? a(x - 1) * 7 + b(x - 2) + d(x >> 1) : 3; }
OWN int d(int x) { state &= x; return x ? a(x - 1) * 9 + b(x - 2) + c(x >> 1) : 4; }
__attribute__((section("xdp"))) int entry(int *context) { return a(*context) + d(3); }

#define LINK(to, from) OWN int to(int x) { state += x; return from(x + 1) * 3; }
OWN int l0(int x) { return x * state; }
LINK(l1, l0) LINK(l2, l1) LINK(l3, l2) LINK(l4, l3) LINK(l5, l4) LINK(l6, l5) LINK(l7, l6) LINK(l8, l7)
LINK(m1, l8) LINK(m2, m1) LINK(m3, m2) LINK(m4, m3) LINK(m5, m4) LINK(m6, m5) LINK(m7, m6) LINK(m8, m7)
LINK(n1, m8) LINK(n2, n1) LINK(n3, n2) LINK(n4, n3) LINK(n5, n4) LINK(n6, n5) LINK(n7, n6) LINK(n8, n7)
LINK(o1, n8) LINK(o2, o1) LINK(o3, o2) LINK(o4, o3) LINK(o5, o4) LINK(o6, o5) LINK(o7, o6) LINK(o8, o7)
__attribute__((section("xdp"))) int long_(int *context) __asm__("long");
int long_(int *context) { return o8(*context); }
