// To libbpf what is hidden is static, and it opens no object with a static map.
//
// compile: -fvisibility=hidden
// args: --btf
// view: symbols
// expect: g F xdp {{[0-9a-f]+}} entry
// expect: g F .text {{[0-9a-f]+}} .hidden helper
// expect: g O .maps {{[0-9a-f]+}} table

struct { int (*type)[2]; int (*max_entries)[4]; unsigned *key; unsigned *value; } table __attribute__((section(".maps")));
static void *(*lookup)(void *map, const void *key) = (void *)1;
__attribute__((noinline)) int helper(int x) { return x * 3; }
__attribute__((section("xdp"))) int entry(void *context) {
    unsigned key = 0, *value = lookup(&table, &key);
    return value ? helper(*value) : 0;
}
