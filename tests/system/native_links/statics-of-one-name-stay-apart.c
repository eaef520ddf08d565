// Static functions and variables of one name in two files.
//
// returns: first 1138
// libbpf: agrees

//--- a.c
#define SEC(name) __attribute__((section(name), used))
static volatile int state = 3;
static volatile const int base = 100;
static __attribute__((noinline)) int step(int x) { state += x; return state + base; }
int other(int x);
SEC("xdp") int first(void *ctx) { return step(1) + other(2); }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
static volatile int state = 30;
static volatile const int base = 1000;
static __attribute__((noinline)) int step(int x) { state += x * 2; return state + base; }
__attribute__((noinline)) int other(int x) { return step(x); }
