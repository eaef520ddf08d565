// A C build names no exports: programs, maps, the licence and global functions stay; what is static in the source
// stays static or goes.
//
// args: {this}
// warning: no loader will understand section .maps without BTF
// view: symbols
// expect: g O license {{.*}} _license
// expect: g O .maps {{.*}} counts
// expect: g F xdp {{.*}} entry
// expect: g F .text {{.*}} helper
// reject: unused
// args: {this} --export entry
// warning: no loader will understand section .maps without BTF
// view: symbols
// expect: g F xdp {{.*}} entry
// reject: g F .text {{.*}} helper

#define SEC(name) __attribute__((section(name), used))

struct {
  int (*type)[1];
  int *key;
  long *value;
  int (*max_entries)[4];
} counts SEC(".maps");

__attribute__((noinline)) int helper(int number) { return number * 3; }

static int unused(int number) { return number * 5; }

SEC("xdp") int entry(int *context) {
  long (*lookup)(void *, void *) = (void *)1;
  int key = *context;
  return lookup(&counts, &key) ? helper(key) : 0;
}

char _license[] SEC("license") = "GPL";
