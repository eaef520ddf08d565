// Native objects are linked without a libLLVM: a strong definition overrides a weak one, whose code is dropped; static
// functions and variables of one name stay apart.
//
// run: clang -target bpf -O2 -g -c a.c -o a.o && clang -target bpf -O2 -g -c b.c -o b.o
// env: BPF_LINKER_LLVM=/nonexistent
// link: a.o b.o --print-gc
// view: stderr
// expect: removing unused `pick` of a.o
// view: symbols
// count: 2 l F .text {{.*}} local
// count: 2 l O {{.*}} seen
// count: 1 g F .text {{.*}} pick
// count: 1 g O license 0000000000000004 LICENSE
// view: disasm pick
// expect: {{[rw]}}0 = 0x64
// view: btf
// count: 1 FUNC 'pick' {{.*}} linkage=global
// count: 1 VAR 'shared' {{.*}} linkage=global
// count: 1 DATASEC '.data'
//
// link: b.o a.o
// view: disasm pick
// expect: {{[rw]}}0 = 0x64

//--- a.c
#define SEC(name) __attribute__((section(name), used))
int shared = 5;
static int seen;
int helper(int x);
__attribute__((weak)) int pick(void) { return 1; }
static __attribute__((noinline)) int local(int x) { seen += x; return helper(x) + seen; }
SEC("xdp") int prog(void *context) { return local(shared) + pick(); }
char LICENSE[] SEC("license") = "GPL";
//--- b.c
#define SEC(name) __attribute__((section(name), used))
extern int shared;
static int seen = 3;
int pick(void) { return 100; }
static __attribute__((noinline)) int local(int x) { seen += x; return seen; }
__attribute__((noinline)) int helper(int x) { return x * 10 + local(x) + shared; }
SEC("xdp") int other(void *context) { return helper(2); }
char LICENSE[] SEC("license") = "GPL";
