// A function and a variable that one file uses are aliases in the other: the aliases have no BTF.
//
// returns: first 56
// libbpf: refuses

//--- a.c
#define SEC(name) __attribute__((section(name), used))
int named(int x);
extern int shown;
SEC("xdp") int first(void *ctx) { return named(4) + shown; }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
int value = 50;
extern int shown __attribute__((alias("value")));
__attribute__((noinline)) int real(int x) { return x + 2; }
int named(int x) __attribute__((alias("real")));
