// Constructors, data of sections that no loader knows, profiles, an arena that is not there, names that the kernel refuses.
//
// run: for part in data many aya profile arena name latin again; do clang -target bpf -O2 -g -emit-llvm -c $part.c -o $part.bc; done
// args: --btf
// error: link nobody runs `start`
// cause: section .init_array is for what starts a process, and BPF has none
// link: data.bc --btf
// error: link `setting` is in mydata, which no loader reads
// cause: `reader` at
// help: leave its section out, or let the name begin with `.data.`, `.rodata.` or `.bss.`: `.data.mydata`
// link: data.bc
// warning: `setting` is in mydata, which no loader reads [unknown-section]
// link: many.bc --btf
// error: link `setting` is in .dat, which no loader reads
// cause: `reader` at
// help: did you mean `.data`?
// link: aya.bc --btf
// warning: `setting` is in .data_own, which libbpf does not read [unknown-section]
// help: leave its section out, or let the name begin with `.data.`, `.rodata.` or `.bss.`: `.data.data_own`
// link: profile.bc --btf
// error: link `counter` is in __llvm_prf_cnts, which no loader reads
// help: compile without profiles and coverage
// link: arena.bc --btf
// error: link `far` is in address space 1, and no map is an arena
// help: define a map of type BPF_MAP_TYPE_ARENA
// link: name.bc
// error: link the kernel refuses a program called `my-prog`
// cause: names are made of ASCII letters, digits, `_` and `.`
// link: latin.bc --btf
// error: link the kernel refuses a program called `größe`
// link: again.bc
// error: link `one` calls `other`, which is a program
// cause: it is in section `socket`, and loaders look for callees in `.text` only
#define SEC(name) __attribute__((section(name), used))

int ready;
static void start(void) { ready = 1; }
SEC(".init_array") void (*const list[])(void) = { start };
SEC("xdp") int reader(void *context) { return ready; }
//--- data.c
int setting __attribute__((section("mydata"))) = 8;
__attribute__((section("xdp"))) int reader(void *context) { return ++setting; }
//--- many.c
int setting __attribute__((section(".dat"))) = 8;
__attribute__((section("xdp"))) int reader(void *context) { return ++setting; }
//--- aya.c
int setting __attribute__((section(".data_own"))) = 8;
__attribute__((section("xdp"))) int reader(void *context) { return ++setting; }
//--- profile.c
long counter __attribute__((section("__llvm_prf_cnts")));
__attribute__((section("xdp"))) int reader(void *context) { return ++counter; }
//--- arena.c
struct { int (*type)[1]; int *key, *value; int (*max_entries)[1]; } map __attribute__((section(".maps")));
int __attribute__((address_space(1))) far;
__attribute__((section("xdp"))) int reader(void *context) { return far; }
//--- name.c
__attribute__((section("xdp"))) int prog(void *context) __asm__("my-prog");
int prog(void *context) { return 2; }
//--- latin.c
__attribute__((section("xdp"))) int größe(void *context) { return 2; }
//--- again.c
static long (*loop)(unsigned, void *, void *, unsigned long) = (void *)181;
__attribute__((section("socket"))) long other(int i, void *context) { return i > 3; }
__attribute__((section("socket"))) int one(void *context) { return loop(5, other, 0, 0); }
