// libbpf's linker and skeletons want a variable in BTF for each global symbol of data, and none that is no symbol.
//
// run: clang -target bpf -O2 -emit-llvm -c mute.c -o mute.bc
// link: --btf this.bc mute.bc
// warning: the program `other` has no debug info: it is in the BTF by name only [missing-debug-info]
// help: compile Rust with -C debuginfo=2, C with -g
// view: btf
// expect: VAR 'a_b' {{.*}}linkage=static
// view: btf
// expect: ARRAY {{.*}}nr_elems=12
// expect: VAR 'names' {{.*}}linkage=global
// view: btf
// expect: VAR 'fixed' {{.*}}linkage=global
// view: btf
// reject: own
// run: bpftool gen skeleton {out}
// view: stdout
// expect: unsigned char names[12];

extern int shared;
extern const volatile int fixed;
extern char names[3][4];
int a$b = 3;
__attribute__((section("xdp"))) int entry(void *context) { return shared++ + fixed + names[1][0] + a$b; }
//--- mute.c
int shared = 9;
const volatile int fixed = 4;
char names[3][4] = {"ab", "cd", "ef"};
static volatile int own = 50;
__attribute__((section("xdp"))) int other(void *context) { return own++; }
