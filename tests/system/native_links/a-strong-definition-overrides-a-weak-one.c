// Readers and loaders see the strong variable, whichever file comes first. libbpf's linker leaves the offset of the weak
// one in the DATASEC, and its code among the functions.
//
// returns: first 65
// returns: second 69
// libbpf: wrong

//--- a.c
#define SEC(name) __attribute__((section(name), used))
int before = 5;
__attribute__((weak)) int limit = 1;
__attribute__((weak, noinline)) int rate(int x) { return x + limit; }
SEC("xdp") int first(void *ctx) { volatile int *p = &limit; return rate(*p) + before; }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
#define SEC(name) __attribute__((section(name), used))
int after = 9;
int limit = 20;
__attribute__((noinline)) int rate(int x) { return x * 2 + limit; }
SEC("xdp") int second(void *ctx) { volatile int *p = &limit; return rate(*p) + after; }
char LICENSE[] SEC("license") = "GPL";
