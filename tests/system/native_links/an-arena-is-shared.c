// One file defines the arena and a variable in it, the other declares both and defines a variable too. libbpf's linker
// gives both variables one offset if the declaration comes first.
//
// libbpf: wrong
// lacking: skipping unrecognized data section

//--- a.c
#define SEC(name) __attribute__((section(name), used))
#define __arena __attribute__((address_space(1)))
struct { int (*type)[33]; int (*map_flags)[1024]; int (*max_entries)[10]; } arena SEC(".maps");
int __arena counter = 7;
int more(void);
SEC("syscall") int first(void *ctx) { counter += 1; return counter + more(); }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
#define __arena __attribute__((address_space(1)))
#define SEC(name) __attribute__((section(name), used))
extern struct { int (*type)[33]; int (*map_flags)[1024]; int (*max_entries)[10]; } arena __attribute__((section(".maps")));
extern int __arena counter;
int __arena other = 100;
__attribute__((noinline)) int more(void) { volatile void *p = &arena; counter += 10; return counter + other; }
