// One file declares the map that the other defines; both have maps of their own.
//
// returns: first 42
// libbpf: wrong

//--- a.c
#define SEC(name) __attribute__((section(name), used))
struct { int (*type)[2]; int (*max_entries)[4]; int *key; long *value; } other SEC(".maps");
extern struct { int (*type)[2]; int (*max_entries)[4]; int *key; long *value; } table __attribute__((section(".maps")));
static void *(*lookup)(void *, const void *) = (void *)1;
static long (*update)(void *, const void *, const void *, unsigned long long) = (void *)2;
long get(int key);
SEC("xdp") int first(void *ctx) { int key = 1; long value = 42; update(&table, &key, &value, 0); long *p = lookup(&other, &key); return get(1) + (p ? *p : 7); }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
#define SEC(name) __attribute__((section(name), used))
struct { int (*type)[1]; int (*max_entries)[9]; int *key; int *value; } third SEC(".maps");
struct { int (*type)[2]; int (*max_entries)[4]; int *key; long *value; } table SEC(".maps");
static void *(*lookup)(void *, const void *) = (void *)1;
__attribute__((noinline)) long get(int key) { long *p = lookup(&table, &key); return p ? *p : -1; }
