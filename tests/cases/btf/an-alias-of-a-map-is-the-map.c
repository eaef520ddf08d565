// Loaders look a map up by the one name that BTF describes.
//
// args: --btf
// view: relocations
// count: 2 table
// reject: other
// view: symbols
// count: 1 table
// reject: other

struct { int (*type)[2]; int (*max_entries)[4]; unsigned *key; unsigned *value; } table __attribute__((section(".maps")));
extern __typeof__(table) other __attribute__((alias("table")));

static void *(*lookup)(void *map, const void *key) = (void *)1;

__attribute__((section("xdp"))) int entry(void *context) {
    unsigned key = 0, *one = lookup(&other, &key), *two = lookup(&table, &key);
    return one && two ? *one + *two : 0;
}
