// A static table of pointers whose addresses nobody needs at run time.
//
// returns: first 7
// libbpf: agrees

//--- a.c
#define SEC(name) __attribute__((section(name), used))
int helper(int x);
SEC("xdp") int first(void *ctx) { return helper(2); }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
static const char *const words[] = {"one", "two", "three"};
const char *volatile sink;
__attribute__((noinline)) int helper(int x) { return x * 3 + (words[x & 1] != 0); }
