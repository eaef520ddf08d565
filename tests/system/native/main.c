// A program that shares functions, variables and a map with `library.c`.
#define SEC(name) __attribute__((section(name), used))
struct { int (*type)[2]; unsigned *key; unsigned *value; int (*max_entries)[4]; } counts SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
int base = 5;
static int seen = 3;
int twice(int x);
int scale(int x) { return x * 10; }
static __attribute__((noinline)) int local(int x) { seen += 0 * x; return base + seen; }
SEC("xdp") int filter(void *context) {
  unsigned key = 1, *value = lookup(&counts, &key);
  if (!value) return 0;
  *value = 3;
  return twice(*value) + local(1);
}
char LICENSE[] SEC("license") = "GPL";
