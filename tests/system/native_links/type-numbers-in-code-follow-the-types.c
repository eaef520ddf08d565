// A type has another number in the merged BTF, which its CO-RE query has in the instruction. libbpf's linker leaves the
// number of the input there.
//
// returns: first 6
// libbpf: wrong

//--- a.c
#define SEC(name) __attribute__((section(name), used))
struct a1 { int x; }; struct a2 { struct a1 y; }; struct task { int pid; } __attribute__((preserve_access_index));
int tentative;
int other(int x);
SEC("xdp") int first(void *ctx) { tentative = 4; return __builtin_btf_type_id(*(struct task *)0, 0) != 0 ? other(1) : 0; }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
struct b1 { long q; }; struct b2 { struct b1 y; struct b1 z; }; struct task { int pid; } __attribute__((preserve_access_index));
struct b2 keep;
extern int tentative;
__attribute__((noinline)) int other(int x) { return x + tentative + (__builtin_btf_type_id(*(struct task *)0, 0) != 0); }
